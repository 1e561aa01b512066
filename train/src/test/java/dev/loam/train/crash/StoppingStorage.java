// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.checkpoint.sharded.Storage;
import dev.loam.train.crash.KillPoint.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Storage that names every operation before it is done, and stands still for ever at one of them.
 * As all operations pass here, there is none at which it could not.
 *
 * <p>A name has no steps and ranks in it: {@code rename .iteration_#.saving iteration_#}. Those of
 * operations before the training has begun start with {@link #AT_START}.
 */
final class StoppingStorage implements Storage {
  static final String AT_START = "at start, ";

  private final Storage disk;
  private final Path base;
  private final KillPoint stop;
  private final AtomicInteger passes;
  private final Consumer<String> lines;
  private volatile String phase = AT_START;

  /**
   * A storage.
   *
   * @param base the folder that names are relative to
   * @param stop where to stand still
   * @param occurrence at which passing of that point; 0 for never
   * @param lines is told {@code OP <operation>} before each, and {@code AT <point>} at the stop
   */
  StoppingStorage(Storage disk, Path base, KillPoint stop, int occurrence, Consumer<String> lines) {
    this.disk = disk;
    this.base = base;
    this.stop = stop;
    this.passes = new AtomicInteger(occurrence);
    this.lines = lines;
  }

  /** To be called when the training begins. */
  void begin() {
    phase = "";
  }

  /** A file operation. */
  @FunctionalInterface
  private interface Operation<T> {
    T run() throws IOException;
  }

  private <T> T pass(String verb, Operation<T> operation, Path... paths) throws IOException {
    String name = name(verb, paths);
    lines.accept("OP " + name);
    stand(new KillPoint(Moment.BEFORE, name));
    T result = operation.run();
    stand(new KillPoint(Moment.AFTER, name));
    return result;
  }

  private String name(String verb, Path... paths) {
    StringBuilder name = new StringBuilder(phase).append(verb);
    for (Path path : paths) {
      String relative = base.relativize(path.toAbsolutePath().normalize()).toString();
      name.append(' ').append(relative.isEmpty() ? "." : relative.replaceAll("[0-9]{5,}", "#"));
    }
    return name.toString();
  }

  private boolean isStop(KillPoint point) {
    return point.equals(stop) && passes.decrementAndGet() == 0;
  }

  private void stand(KillPoint point) {
    if (isStop(point)) {
      standForEver(point);
    }
  }

  private void standForEver(KillPoint point) {
    lines.accept("AT " + point);
    while (true) {
      LockSupport.park();
    }
  }

  /** A file whose writes can be stopped half-way. */
  private final class StoppingOutput implements Output {
    private final Output output;
    private final Path file;

    StoppingOutput(Output output, Path file) {
      this.output = output;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      pass("write", () -> writeAll(bytes), file);
    }

    private Boolean writeAll(ByteBuffer bytes) throws IOException {
      KillPoint within = new KillPoint(Moment.WITHIN, name("write", file));
      if (isStop(within)) {
        output.write(bytes.limit(bytes.position() + bytes.remaining() / 2));
        standForEver(within);
      }
      output.write(bytes);
      return true;
    }

    @Override
    public void flush() throws IOException {
      pass("flush", () -> done(output::flush), file);
    }

    @Override
    public void close() throws IOException {
      pass("close", () -> done(output::close), file);
    }
  }

  /** An operation without a result. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private static Boolean done(Action action) throws IOException {
    action.run();
    return true;
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    pass("create", () -> done(() -> disk.createFolder(folder)), folder);
  }

  @Override
  public Output create(Path file) throws IOException {
    return new StoppingOutput(pass("create", () -> disk.create(file), file), file);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    pass("rename", () -> done(() -> disk.rename(from, to)), from, to);
  }

  @Override
  public void sync(Path folder) throws IOException {
    pass("sync", () -> done(() -> disk.sync(folder)), folder);
  }

  @Override
  public void delete(Path fileOrEmptyFolder) throws IOException {
    pass("delete", () -> done(() -> disk.delete(fileOrEmptyFolder)), fileOrEmptyFolder);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return pass("list", () -> disk.list(folder), folder);
  }

  @Override
  public long freeBytes(Path folder) throws IOException {
    return pass("free bytes of", () -> disk.freeBytes(folder), folder);
  }
}
