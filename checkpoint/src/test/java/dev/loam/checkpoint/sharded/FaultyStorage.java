// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The disk, until a certain operation; each counts from 0. Writes that fail write half. */
class FaultyStorage implements Storage {
  /** What happens at the operation. */
  enum Fault {
    /** It alone fails. */
    ONCE,
    /** It and all later ones fail. */
    FROM_THEN_ON,
    /** The process dies before it. */
    CRASH_BEFORE,
    /** The process dies right after it. */
    CRASH_AFTER
  }

  /** The end of the process, as far as the storage is concerned. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash");
    }
  }

  private final Storage disk;
  private final Fault fault;
  private final int at;
  private int operations;

  FaultyStorage(Storage disk, Fault fault, int at) {
    this.disk = disk;
    this.fault = fault;
    this.at = at;
  }

  /** Whether the operation came. */
  synchronized boolean hasStruck() {
    return operations > at;
  }

  private interface Operation<R> {
    R run() throws IOException;
  }

  private synchronized <R> R run(Operation<R> operation) throws IOException {
    int n = operations++;
    if (n < at || (n > at && fault == Fault.ONCE)) {
      return operation.run();
    }
    if (n == at && fault == Fault.CRASH_AFTER) {
      operation.run();
    }
    if (fault == Fault.ONCE || fault == Fault.FROM_THEN_ON) {
      throw new IOException("No space left on device");
    }
    throw new Crash();
  }

  private void run(IoAction action) throws IOException {
    Boolean unused =
        run(
            () -> {
              action.run();
              return true;
            });
  }

  private interface IoAction {
    void run() throws IOException;
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    run(() -> disk.createFolder(folder));
  }

  @Override
  public Output create(Path file) throws IOException {
    Output output = run(() -> disk.create(file));
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        int half = bytes.remaining() / 2;
        output.write(bytes.slice(bytes.position(), half));
        bytes.position(bytes.position() + half);
        FaultyStorage.this.run(() -> output.write(bytes));
      }

      @Override
      public void flush() throws IOException {
        FaultyStorage.this.run(output::flush);
      }

      @Override
      public void close() throws IOException {
        output.close();
      }
    };
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    run(() -> disk.rename(from, to));
  }

  @Override
  public void sync(Path folder) throws IOException {
    run(() -> disk.sync(folder));
  }

  @Override
  public void delete(Path fileOrEmptyFolder) throws IOException {
    run(() -> disk.delete(fileOrEmptyFolder));
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return run(() -> disk.list(folder));
  }

  /** Never fails, so that messages have a number to state. */
  @Override
  public long freeBytes(Path folder) throws IOException {
    return disk.freeBytes(folder);
  }
}
