// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * Decodes ids one by one, as they are generated, and never gives out a broken character: text is
 * held back while it ends in U+FFFD, since the next id may complete it, as Hugging Face's {@code
 * DecodeStream} does. The parts in a row, with {@link #flush()}, are what decoding all ids at once
 * gives. Serves one stream on one thread.
 */
public interface StreamingDecoder {
  /**
   * Takes the next id.
   *
   * @return the text that is certain now, and was not given before; often empty
   * @throws IllegalArgumentException if the id is negative
   */
  String next(int id);

  /** Ends the stream: the text that was held back. */
  String flush();
}
