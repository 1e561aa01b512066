// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.train.StopRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * While open, lets a first SIGINT (Ctrl-C) or SIGTERM ask what runs to end cleanly; a second one
 * ends the process at once.
 */
final class StopSignals implements AutoCloseable {
  private static final Map<String, Integer> NUMBERS = Map.of("INT", 2, "TERM", 15);

  private final Runnable stop;
  private final String what;
  private final Streams streams;
  private final AtomicInteger received = new AtomicInteger();
  private final List<Signals> handled = new ArrayList<>();

  private StopSignals(Runnable stop, String what, Streams streams) {
    this.stop = stop;
    this.what = what;
    this.streams = streams;
  }

  /** Handles signals for a training until it is closed. */
  static StopSignals handle(StopRequest request, Streams streams) {
    return handle(request::request, "saving a checkpoint after this step", streams);
  }

  /**
   * Handles signals until it is closed.
   *
   * @param stop run at the first signal
   * @param what is happening then
   */
  static StopSignals handle(Runnable stop, String what, Streams streams) {
    StopSignals signals = new StopSignals(stop, what, streams);
    NUMBERS.forEach(
        (name, number) ->
            signals.handled.add(Signals.handle(name, () -> signals.receive(name, number))));
    return signals;
  }

  /** What a process that has done what it was asked ends with: 130 or 143 after a signal. */
  int exitCode() {
    int number = received.get();
    return number == 0 ? ExitCodes.OK : ExitCodes.SIGNAL + number;
  }

  private void receive(String name, int number) {
    if (!received.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(ExitCodes.SIGNAL + number);
    }
    streams.say("loam: SIG" + name + ": " + what + "; once more to end at once");
    stop.run();
  }

  @Override
  public void close() {
    handled.forEach(Signals::close);
  }
}
