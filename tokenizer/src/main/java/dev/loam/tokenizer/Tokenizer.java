// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Text to token ids and back. Immutable and safe to share among threads.
 *
 * @see HuggingFaceTokenizer
 */
public interface Tokenizer {
  /** One more than the largest token id. */
  int vocabSize();

  /**
   * Encodes text; no token is added before or after it. A surrogate without its partner, which has
   * no UTF-8, is encoded as U+FFFD.
   *
   * @param addedTokens which added tokens are recognised inside the text
   */
  int[] encode(String text, AddedTokens addedTokens);

  /**
   * Encodes text in UTF-8, which saves making a string of it.
   *
   * @param utf8 of which the bytes {@code from} to {@code to} are the text; ill-formed parts are
   *     encoded as U+FFFD, as many as String's constructor makes of them
   * @return the ids that {@link #encode(String, AddedTokens)} gives
   */
  default int[] encode(byte[] utf8, int from, int to, AddedTokens addedTokens) {
    return encode(new String(utf8, from, to - from, StandardCharsets.UTF_8), addedTokens);
  }

  /** As {@link #encode}, and where in the text each token comes from. */
  Encoding encodeWithSpans(String text, AddedTokens addedTokens);

  /**
   * Encodes many texts, each as {@link #encode} does.
   *
   * @param threads how many threads share the work, the caller's among them; the others have names
   *     that start with {@code loam-tokenizer} and end before this returns
   * @return the ids of each text, in the order of the texts
   */
  List<int[]> encodeAll(List<String> texts, AddedTokens addedTokens, int threads);

  /** How many ids {@link #encode} would give, without making them. */
  int count(String text, AddedTokens addedTokens);

  /**
   * Decodes ids. Bytes that are not UTF-8 become U+FFFD, one for each maximal ill-formed part; ids
   * without a token are left out.
   *
   * @param skipSpecial leaves out added tokens that are marked special
   * @throws IllegalArgumentException if an id is negative
   */
  String decode(int[] ids, boolean skipSpecial);

  /** Decodes a stream of ids as they come, with the same meaning as {@link #decode}. */
  StreamingDecoder streamingDecoder(boolean skipSpecial);

  /** The id of a token, given as it is written in the vocabulary. */
  OptionalInt id(String token);

  /** The token with this id, as it is written in the vocabulary. */
  Optional<String> token(int id);

  /** The id of the token that ends a text, where the tokenizer names one. */
  OptionalInt endOfText();
}
