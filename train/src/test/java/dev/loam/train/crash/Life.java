// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * What a {@link TrainingProcess} did from its start to its end.
 *
 * @param times nanoseconds from the start at which it said what, operations left out
 * @param operations of files, in order
 * @param isKilled whether it ended because it was killed as planned
 * @param nanos how long it lived
 */
record Life(Map<String, Long> times, List<String> operations, boolean isKilled, long nanos) {

  private static final int SIGKILL = 128 + 9;

  /**
   * Lives one.
   *
   * @param kill when it ends, if it has not ended before
   * @throws AssertionError if it fails or hangs
   */
  static Life live(Path config, Kill kill) throws IOException, InterruptedException {
    try (Child child = Child.start(config, kill.arguments())) {
      Map<String, Long> times = new LinkedHashMap<>();
      List<String> operations = new ArrayList<>();
      boolean isShot = false;
      BufferedReader lines = child.lines();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("OP ")) {
          operations.add(line.substring("OP ".length()));
        } else {
          times.putIfAbsent(line, child.age());
        }
        if (line.equals(kill.line())) {
          LockSupport.parkNanos(kill.nanos());
          child.kill();
          isShot = true;
        }
      }
      int status = child.await();
      boolean isKilled = isShot && status == SIGKILL;
      assertThat(isKilled || times.containsKey("DONE"))
          .as("%s ended with %s and said %s", config, status, times.keySet())
          .isTrue();
      return new Life(times, operations, isKilled, child.age());
    }
  }

  /** Whether it came to its end. */
  boolean isDone() {
    return times.containsKey("DONE");
  }

  /** Nanoseconds from its start until it said this; 0 if it did not. */
  long nanosOf(String line) {
    return times.getOrDefault(line, 0L);
  }

  /** Nanoseconds between two things it said. */
  long nanosBetween(String from, String to) {
    return nanosOf(to) - nanosOf(from);
  }

  /** How often it did this. */
  long times(String operation) {
    return operations.stream().filter(operation::equals).count();
  }

  /** The last step that it said was saved; 0 for none. */
  long saved() {
    return times.keySet().stream()
        .filter(line -> line.startsWith("SAVED "))
        .mapToLong(line -> Long.parseLong(line.substring("SAVED ".length())))
        .max()
        .orElse(0);
  }

  /** The first step that it did; 0 for none. */
  long firstStep() {
    return times.keySet().stream()
        .filter(line -> line.startsWith("STEP "))
        .mapToLong(line -> Long.parseLong(line.substring("STEP ".length())))
        .findFirst()
        .orElse(0);
  }
}
