// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

/** Follows one text as it is written, on the thread that generates. */
@FunctionalInterface
public interface TextListener {
  /**
   * Takes the next piece of the text. Pieces are not empty, hold whole characters, and in a row are
   * the text. What might become a stop string comes once it is certain that it is none.
   *
   * @return whether to go on; if not, what was held back still comes before the end
   */
  boolean onText(String piece);

  /**
   * Is asked after each token, whether it made a piece certain or not.
   *
   * @return whether to go on; by default yes
   */
  default boolean onToken() {
    return true;
  }

  /** Takes all of it at its end, whatever ended it, after the last piece. */
  default void onEnd(GeneratedText text) {}
}
