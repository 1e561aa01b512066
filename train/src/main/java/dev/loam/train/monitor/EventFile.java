// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;

/**
 * An event file of TensorBoard that is being written. Values reach the disk after so many events
 * and when it is closed. For one thread.
 */
public final class EventFile implements AutoCloseable {
  /** What tags of curves over samples end with. */
  static final String VS_SAMPLES = " vs samples";

  private final Path path;
  private final OutputStream out;
  private final int queueSize;
  private final InstantSource clock;
  private int waiting;

  private EventFile(Path path, int queueSize, InstantSource clock) throws IOException {
    this.path = path;
    this.queueSize = queueSize;
    this.clock = clock;
    this.out =
        new BufferedOutputStream(
            Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND));
    write(Event.fileVersion(now()));
    flush();
  }

  /**
   * Starts a file in a folder that an earlier part of the same run may have written to: what it
   * says of later steps is removed from its files.
   *
   * @param step the last step whose events are kept; where it is 0 a folder with files of another
   *     run is moved aside
   * @param queueSize events after which they are written to the disk
   */
  public static EventFile start(Path folder, long step, int queueSize) {
    return start(folder, step, queueSize, InstantSource.system());
  }

  static EventFile start(Path folder, long step, int queueSize, InstantSource clock) {
    try {
      return new EventFile(EventFolder.next(folder, step, clock), queueSize, clock);
    } catch (IOException e) {
      throw new UncheckedIOException(
          folder + ": event files cannot be written: " + e.getMessage(), e);
    }
  }

  /** A point of a curve over steps. */
  public void scalar(String tag, long step, double value) {
    write(Event.scalar(now(), step, tag, value));
  }

  /** A point of a curve over samples. */
  void scalarOverSamples(String tag, long samples, double value) {
    write(Event.scalar(now(), samples, tag + VS_SAMPLES, value));
  }

  /** A text, which TensorBoard shows as Markdown. */
  public void text(String tag, long step, String text) {
    write(Event.text(now(), step, tag, text));
  }

  /** Removes what this file and earlier ones beside it say of later steps: a run has gone back. */
  public void cutBack(long step) {
    try {
      flush();
      EventFolder.cutBack(path.resolveSibling("."), step);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  private double now() {
    return clock.millis() / 1000.0;
  }

  private void write(byte[] event) {
    try {
      out.write(RecordFrame.around(event));
      waiting++;
      if (waiting >= queueSize) {
        flush();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void flush() throws IOException {
    out.flush();
    waiting = 0;
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(path + ": " + e.getMessage(), e);
  }
}
