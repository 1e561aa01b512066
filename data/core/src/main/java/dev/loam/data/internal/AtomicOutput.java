// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears under its name only when it is complete: written beside it as {@code
 * NAME.part}, flushed to the device and renamed. Closing without {@link #commit} removes it. Two
 * writers of one file are refused. For one thread.
 */
public final class AtomicOutput implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path target;
  private final Path part;
  private final FileChannel channel;
  private final BufferedWriter writer;
  private boolean durable;
  private boolean complete;

  /** Begins a file, whose folder is made where it does not exist. */
  public AtomicOutput(Path target) throws IOException {
    this.target = target.toAbsolutePath();
    this.part = this.target.resolveSibling(target.getFileName() + ".part");
    Path folder = this.target.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    this.channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock();
      channel.truncate(0);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    this.writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), BUFFER);
  }

  private void lock() throws IOException {
    boolean free;
    try {
      free = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      free = false;
    }
    if (!free) {
      throw new DataFormatException(
          target + ": is being written by another writer; choose another output");
    }
  }

  /** The file under its final name. */
  public Path target() {
    return target;
  }

  /** The bytes of the file; not to be mixed with {@link #writer}. */
  public FileChannel channel() {
    return channel;
  }

  /** The text of the file, in UTF-8. */
  public Writer writer() {
    return writer;
  }

  /** Makes the content durable, still under its temporary name. Nothing more can be written. */
  public void flush() throws IOException {
    writer.flush();
    channel.force(true);
    durable = true;
  }

  /** Publishes the file. Nothing more can be written. */
  public void commit() throws IOException {
    if (!durable) {
      flush();
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    complete = true;
    channel.close();
  }

  @Override
  public void close() throws IOException {
    if (!complete) {
      Files.deleteIfExists(part);
      channel.close();
    }
  }
}
