// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.serve.Answer.Event;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;

/** Brings an answer to its client while it is generated. Runs on the client's thread. */
final class Delivery {
  private final Job job;
  private final Settings settings;
  private long nextBeat;

  Delivery(Job job, Settings settings) {
    this.job = job;
    this.settings = settings;
  }

  /** Returns when the answer is over; throws if the client is gone. */
  void to(Response response) throws IOException {
    nextBeat = System.nanoTime() + settings.heartbeat().toNanos();
    boolean over = false;
    while (!over) {
      Optional<Event> event = next();
      if (event.isEmpty() && job.isLate()) {
        event =
            Optional.of(new Event.Failed(ApiException.late(settings.requestTimeout().toSeconds())));
      }
      if (event.isPresent()) {
        over = deliver(event.get(), response);
      }
      if (!over && System.nanoTime() - nextBeat >= 0) {
        response.heartbeat(job.answer().isStarted());
        nextBeat = System.nanoTime() + settings.heartbeat().toNanos();
      }
    }
  }

  private Optional<Event> next() throws IOException {
    long now = System.nanoTime();
    long wait = Math.max(0, Math.min(job.deadline() - now, nextBeat - now));
    try {
      return job.answer().next(wait);
    } catch (InterruptedException e) {
      // The server is closed; the flag makes whatever is still sent fail at once.
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server was closed");
    }
  }

  private static boolean deliver(Event event, Response response) throws IOException {
    if (event instanceof Event.Text text) {
      response.text(text.choice(), text.text());
      return false;
    } else if (event instanceof Event.Finished finished) {
      response.finished(finished.choice(), finished.reason());
      return false;
    } else if (event instanceof Event.Completed completed) {
      response.completed(completed.newTokens());
    } else if (event instanceof Event.Failed failed) {
      response.failed(failed.error());
    }
    return true;
  }
}
