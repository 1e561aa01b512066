// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * A disk that may lose what was not made durable: bytes of files that were not flushed, and names
 * in folders that were not synced since. Deletions are never lost. Nothing is really made durable,
 * which takes time.
 */
final class VolatileStorage implements Storage {
  private final Storage disk = Storage.disk();
  private final Deque<Change> pending = new ArrayDeque<>();
  private final List<Move> moves = new ArrayList<>();

  /** A change of a folder or a file that is not durable yet, and how it is undone. */
  private record Change(Moving of, Undo undo) {}

  private interface Undo {
    void run() throws IOException;
  }

  private record Move(Path from, Path to) {}

  /** A file or folder that may be renamed, or be in a folder that is. */
  private record Moving(Path path, int moves) {}

  private synchronized Moving moving(Path path) {
    return new Moving(path, moves.size());
  }

  /** Where it is now. */
  private synchronized Path now(Moving entry) {
    Path path = entry.path();
    for (int i = Math.min(entry.moves(), moves.size()); i < moves.size(); i++) {
      Move move = moves.get(i);
      if (path.startsWith(move.from())) {
        path = move.to().resolve(move.from().relativize(path));
      }
    }
    return path;
  }

  private synchronized void add(Path of, Undo undo) {
    pending.push(new Change(moving(of), undo));
  }

  private static Path parent(Path entry) {
    return Objects.requireNonNull(entry.getParent());
  }

  private synchronized void settle(Path of) {
    pending.removeIf(change -> now(change.of()).equals(of));
  }

  /** How many changes are not durable. */
  synchronized int pending() {
    return pending.size();
  }

  /** The power fails: the last so many changes are lost. */
  synchronized void lose(int changes) {
    for (int i = 0; i < changes; i++) {
      try {
        pending.pop().undo().run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      disk.createFolder(folder);
      add(parent(folder), () -> removeTree(folder));
    }
  }

  private static void removeTree(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path entry : Storage.disk().list(folder)) {
        Files.delete(entry);
      }
      Files.delete(folder);
    }
  }

  @Override
  public Output create(Path file) throws IOException {
    Output output = disk.create(file);
    Moving moving = moving(file);
    add(parent(file), () -> Files.deleteIfExists(now(moving)));
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        output.write(bytes);
        add(file, () -> truncate(now(moving)));
      }

      @Override
      public void flush() throws IOException {
        settle(file);
      }

      @Override
      public void close() throws IOException {
        output.close();
      }
    };
  }

  private static void truncate(Path file) throws IOException {
    if (Files.exists(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / 2);
      }
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
    add(
        parent(to),
        () -> {
          moves.remove(moves.size() - 1);
          if (Files.exists(to)) {
            disk.rename(to, from);
          }
        });
    moves.add(new Move(from, to));
  }

  @Override
  public void sync(Path folder) throws IOException {
    settle(folder);
  }

  @Override
  public void delete(Path fileOrEmptyFolder) throws IOException {
    disk.delete(fileOrEmptyFolder);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public long freeBytes(Path folder) throws IOException {
    return disk.freeBytes(folder);
  }
}
