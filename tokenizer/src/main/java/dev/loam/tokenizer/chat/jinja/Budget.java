// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/**
 * What one rendering may still cost. Every value and every character that is made counts, whether
 * or not it is still needed, so that memory and time are bounded together. The budget grows with
 * the conversation, so that a long one can be rendered and a short one cannot be made to cost much.
 */
final class Budget {
  private static final long STEPS = 500_000;
  private static final long BYTES = 6L << 20;
  private static final int STEPS_PER_VALUE = 500;
  private static final int BYTES_PER_BYTE = 32;
  private static final int OBJECT = 48;
  private static final int ELEMENT = 16;

  private long steps = STEPS;
  private long bytes = BYTES;

  /** Grows with a value of the conversation that has so many characters. */
  void grow(int characters) {
    steps += STEPS_PER_VALUE + characters;
    bytes += (long) BYTES_PER_BYTE * (OBJECT + 2L * characters);
  }

  /** A step was done. */
  void step() {
    steps(1);
  }

  void steps(long count) {
    steps -= count;
    if (steps < 0) {
      throw new Fault("the template takes too many steps for this conversation");
    }
  }

  /** So many characters were read. */
  void read(long count) {
    steps(count / 16);
  }

  /** A value was made. */
  void allocated() {
    bytes(OBJECT);
  }

  /** So many characters are about to be written. */
  void characters(long count) {
    bytes(2 * count);
  }

  /** So many characters will be written, each paid for when it is. */
  void require(long count) {
    if (count > bytes / 2) {
      throw tooMuch();
    }
  }

  /** A list or dict of so many elements is about to be made. */
  void elements(long count) {
    bytes(OBJECT + ELEMENT * count);
  }

  private void bytes(long count) {
    bytes -= count;
    if (bytes < 0) {
      throw tooMuch();
    }
  }

  private static Fault tooMuch() {
    return new Fault("the template makes too much text or too many values for this conversation");
  }
}
