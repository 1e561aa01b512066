// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * Counts of words that were moved to temporary files, in partitions by hash: all counts of a word
 * are in one partition. Entries are as those of {@link WordTable}, without the padding. Tables may
 * be moved by several threads at a time; reading is for one.
 */
final class SpilledCounts implements AutoCloseable {
  private static final int PARTITION_BITS = 6;
  private static final int PARTITIONS = 1 << PARTITION_BITS;
  private static final int BUFFER = 1 << 15;

  // The system removes the files however the process ends.
  private static final Set<OpenOption> OPTIONS =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.DELETE_ON_CLOSE);

  private final Path parent;
  private final FileChannel[] files = new FileChannel[PARTITIONS];
  private Optional<Path> folder = Optional.empty();

  SpilledCounts(Path parent) {
    this.parent = parent;
  }

  synchronized boolean isEmpty() {
    return folder.isEmpty();
  }

  /** Moves the counts of a table here; the table is of no use afterwards. */
  void move(WordTable table) {
    ByteBuffer[] buffers = new ByteBuffer[PARTITIONS];
    table.forEach(
        (slab, entry) -> {
          int partition = WordTable.hash(slab, entry) >>> (Integer.SIZE - PARTITION_BITS);
          int bytes = WordTable.HEADER + WordTable.length(slab, entry);
          ByteBuffer buffer = buffers[partition];
          if (buffer == null || buffer.remaining() < bytes) {
            if (buffer != null) {
              append(partition, buffer.flip());
            }
            buffer = ByteBuffer.allocate(Math.max(BUFFER, bytes));
            buffers[partition] = buffer;
          }
          buffer.put(slab, entry, bytes);
        });
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (buffers[partition] != null) {
        append(partition, buffers[partition].flip());
      }
    }
  }

  private synchronized void append(int partition, ByteBuffer entries) {
    try {
      if (files[partition] == null) {
        files[partition] = FileChannel.open(newFile(partition), OPTIONS);
      }
      while (entries.hasRemaining()) {
        files[partition].write(entries);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          parent + ": counts cannot be written there; name another folder for temporary files", e);
    }
  }

  private Path newFile(int partition) throws IOException {
    if (folder.isEmpty()) {
      Files.createDirectories(parent);
      folder = Optional.of(Files.createTempDirectory(parent, "loam-bpe-"));
    }
    return folder.get().resolve("counts-" + partition);
  }

  /** Gives the words of one partition after the other, each partition as a table. */
  void forEachPartition(TableVisitor visitor) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (files[partition] != null) {
        try {
          visitor.visit(read(files[partition].position(0)));
        } catch (IOException e) {
          throw new UncheckedIOException(parent + ": temporary counts cannot be read", e);
        }
      }
    }
  }

  /** Takes tables. */
  interface TableVisitor {
    void visit(WordTable table);
  }

  private static WordTable read(FileChannel file) throws IOException {
    WordTable table = new WordTable();
    byte[] entry = new byte[1 << 10];
    try (InputStream in = new BufferedInputStream(Channels.newInputStream(file), BUFFER)) {
      while (in.readNBytes(entry, 0, WordTable.HEADER) > 0) {
        int hash = WordTable.hash(entry, 0);
        int length = WordTable.length(entry, 0);
        long count = WordTable.count(entry, 0);
        if (entry.length < length) {
          entry = new byte[2 * length];
        }
        if (in.readNBytes(entry, 0, length) < length) {
          throw new EOFException("the file ends inside a word");
        }
        if (!table.add(entry, 0, length, hash, count, Long.MAX_VALUE)) {
          throw new BpeTrainingException(
              "too many distinct words (" + table.size() + " in a part); train on less text");
        }
      }
    }
    return table;
  }

  /** Removes the files. */
  @Override
  public synchronized void close() {
    if (folder.isEmpty()) {
      return;
    }
    try {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        if (files[partition] != null) {
          files[partition].close();
          files[partition] = null;
        }
      }
      Files.deleteIfExists(folder.get());
      folder = Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.get() + ": cannot be removed", e);
    }
  }
}
