// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A line that shows how far something is, its rate and the time it will still take. It is written
 * over itself, ten times a second at most, on a terminal only. For one thread.
 */
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 30;
  private static final long NANOS = 1_000_000_000;
  private static final long INTERVAL = NANOS / 10;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Streams streams;
  private final String title;
  private final Unit unit;
  private final LongSupplier nanoTime;
  private final long start;
  private long before;
  private long shownAt;
  private boolean isShown;
  private String shown = "";

  /** What is counted. */
  enum Unit {
    /** Written as MB. */
    BYTES(1_000_000, "MB"),
    /** Written one by one. */
    TOKENS(1, "tokens"),
    /** Written one by one. */
    STEPS(1, "steps");

    private final double size;
    private final String name;

    Unit(double size, String name) {
      this.size = size;
      this.name = name;
    }
  }

  /** A bar that is not shown yet. */
  ProgressBar(Streams streams, String title, Unit unit) {
    this(streams, title, unit, System::nanoTime);
  }

  ProgressBar(Streams streams, String title, Unit unit, LongSupplier nanoTime) {
    this.streams = streams;
    this.title = title;
    this.unit = unit;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.shownAt = start - INTERVAL;
  }

  /** So much was done before this bar was made: rate and time left go by what comes after. */
  void skip(long done) {
    before = done;
  }

  /** Shows how much of all is done. */
  void update(long done, long total) {
    update(done, total, "");
  }

  /**
   * Shows how much of all is done.
   *
   * @param note of what else there is to say, before the time left
   */
  void update(long done, long total, String note) {
    if (!streams.isTerminal()) {
      return;
    }
    long now = nanoTime.getAsLong();
    if (now - shownAt >= INTERVAL) {
      shownAt = now;
      isShown = true;
      shown = line(done, total, (double) (now - start) / NANOS, note);
      streams.err().print(CLEAR_LINE + shown);
      streams.err().flush();
    }
  }

  private String line(long done, long total, double seconds, String note) {
    double share = total > 0 ? Math.min(1, (double) done / total) : 1;
    int filled = (int) (share * WIDTH);
    String bar = "=".repeat(filled) + " ".repeat(WIDTH - filled);
    long here = done - before;
    double rate = seconds > 0 ? here / unit.size / seconds : 0;
    String left = here > 0 ? time(seconds * (total - done) / here) : "--:--";
    return String.format(
        Locale.ROOT,
        "%s [%s] %3.0f%%  %.1f %s/s%s  %s left",
        title,
        bar,
        100 * share,
        rate,
        unit.name,
        note.isEmpty() ? "" : "  " + note,
        left);
  }

  private static String time(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole >= 3600
        ? "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60)
        : "%d:%02d".formatted(whole / 60, whole % 60);
  }

  /** Writes a message of one line above the bar. */
  void say(String message) {
    if (isShown) {
      streams.err().print(CLEAR_LINE + message + "\n" + shown);
      streams.err().flush();
    } else {
      streams.say(message);
    }
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (isShown) {
      streams.err().print(CLEAR_LINE);
      streams.err().flush();
      isShown = false;
    }
  }
}
