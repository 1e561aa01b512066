// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.generation.FinishReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What is generated on its way to a client. The generating thread never waits here: text that the
 * client does not take in time is joined into one piece, so that what is held is at most the text.
 */
final class Answer {
  /** What happens, in order. */
  sealed interface Event {
    /** More text of a choice. */
    record Text(int choice, String text) implements Event {}

    /** The end of a choice. */
    record Finished(int choice, FinishReason reason) implements Event {}

    /** The end of them all, with the number of tokens generated. */
    record Completed(int newTokens) implements Event {}

    /** The end before its time. */
    record Failed(ApiException error) implements Event {}
  }

  private final Deque<Event> events = new ArrayDeque<>();
  private final StringBuilder text = new StringBuilder(); // comes after the events
  private int choiceOfText;
  private boolean started;
  private boolean cancelled;

  synchronized void start() {
    started = true;
  }

  /** Whether the generation has begun. */
  synchronized boolean isStarted() {
    return started;
  }

  /** Says that nobody waits any more. */
  synchronized void cancel() {
    cancelled = true;
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  synchronized void addText(int choice, String piece) {
    if (choice != choiceOfText) {
      moveTextToEvents();
      choiceOfText = choice;
    }
    text.append(piece);
    notifyAll();
  }

  synchronized void add(Event event) {
    moveTextToEvents();
    events.add(event);
    notifyAll();
  }

  private void moveTextToEvents() {
    if (!text.isEmpty()) {
      events.add(new Event.Text(choiceOfText, text.toString()));
      text.setLength(0);
    }
  }

  /** The next event, waited for so long; empty if none came. */
  synchronized Optional<Event> next(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    while (events.isEmpty() && text.isEmpty()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return Optional.empty();
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    if (events.isEmpty()) {
      moveTextToEvents();
    }
    return Optional.of(events.remove());
  }
}
