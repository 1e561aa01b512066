// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

/** Receives a text while it is generated. Called on the generating thread; never blocks it. */
public interface TextSink {
  /** The next piece, which is never cut inside of a character. */
  void text(String piece);

  /** Whether nobody waits for the rest: the generation ends before its next token. */
  boolean isCancelled();
}
