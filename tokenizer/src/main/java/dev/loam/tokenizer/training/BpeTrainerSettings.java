// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.PreTokenizer;
import dev.loam.tokenizer.internal.Normalization;
import dev.loam.tokenizer.internal.Utf16;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@link ByteLevelBpeTrainer} is to train. The names and meanings are those of Hugging Face's
 * {@code BpeTrainer}; its initial alphabet is always the 256 byte characters.
 *
 * @param vocabSize at most this many tokens, special ones included; at least the byte characters
 *     and the special tokens
 * @param minFrequency pairs that occur less often are not merged; 0 and 1 both merge every pair
 * @param specialTokens never split, and left out when decoding without special tokens; their ids
 *     are 0 and up
 * @param endOfText which of the special tokens ends a text, if any
 * @param preTokenizer how text is cut into words
 * @param nfc whether text is normalized to form C before
 * @param maxTokenLength where given, only tokens of fewer bytes than this are merged further, and
 *     only to tokens of fewer bytes than this; tokens of two bytes are always made
 */
public record BpeTrainerSettings(
    int vocabSize,
    int minFrequency,
    List<String> specialTokens,
    Optional<String> endOfText,
    PreTokenizer preTokenizer,
    boolean nfc,
    OptionalInt maxTokenLength) {
  /** More tokens than this are refused, here and when a tokenizer is loaded. */
  public static final int MAX_VOCAB_SIZE = 1 << 22;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is impossible
   */
  public BpeTrainerSettings {
    specialTokens = List.copyOf(specialTokens);
    for (String token : specialTokens) {
      require(!token.isEmpty() && Utf16.isWellFormed(token), "a special token is not text");
    }
    Set<String> given = new HashSet<>(specialTokens);
    require(
        given.size() == specialTokens.size(), "a special token is given twice: " + specialTokens);
    given.addAll(TokenBuilder.byteCharacters());
    require(
        vocabSize >= given.size() && vocabSize <= MAX_VOCAB_SIZE,
        String.format(
            "vocabSize is %d, but must be among %d (256 bytes and the special tokens) to %d",
            vocabSize, given.size(), MAX_VOCAB_SIZE));
    require(minFrequency >= 0, "minFrequency must be at least 0, but is " + minFrequency);
    require(
        endOfText.isEmpty() || specialTokens.contains(endOfText.get()),
        "endOfText " + endOfText.orElse("") + " is not among the special tokens " + specialTokens);
    require(
        maxTokenLength.isEmpty() || maxTokenLength.getAsInt() >= 1,
        "maxTokenLength must be at least 1, but is " + maxTokenLength.orElse(0));
  }

  /** A Qwen tokenizer without special tokens: words as Qwen's, form C, every pair merged. */
  public static BpeTrainerSettings of(int vocabSize) {
    return new BpeTrainerSettings(
        vocabSize, 0, List.of(), Optional.empty(), PreTokenizer.QWEN, true, OptionalInt.empty());
  }

  /** The same with another minimum frequency. */
  public BpeTrainerSettings withMinFrequency(int frequency) {
    return new BpeTrainerSettings(
        vocabSize, frequency, specialTokens, endOfText, preTokenizer, nfc, maxTokenLength);
  }

  /** The same with these special tokens and none that ends a text. */
  public BpeTrainerSettings withSpecialTokens(List<String> tokens) {
    return new BpeTrainerSettings(
        vocabSize, minFrequency, tokens, Optional.empty(), preTokenizer, nfc, maxTokenLength);
  }

  /** The same with one of the special tokens as end of text. */
  public BpeTrainerSettings withEndOfText(String token) {
    return new BpeTrainerSettings(
        vocabSize,
        minFrequency,
        specialTokens,
        Optional.of(token),
        preTokenizer,
        nfc,
        maxTokenLength);
  }

  /** The same with other words. */
  public BpeTrainerSettings withPreTokenizer(PreTokenizer words) {
    return new BpeTrainerSettings(
        vocabSize, minFrequency, specialTokens, endOfText, words, nfc, maxTokenLength);
  }

  /** The same with or without normalization to form C. */
  public BpeTrainerSettings withNfc(boolean normalized) {
    return new BpeTrainerSettings(
        vocabSize,
        minFrequency,
        specialTokens,
        endOfText,
        preTokenizer,
        normalized,
        maxTokenLength);
  }

  /** The same with a limit to the length of tokens. */
  public BpeTrainerSettings withMaxTokenLength(int bytes) {
    return new BpeTrainerSettings(
        vocabSize,
        minFrequency,
        specialTokens,
        endOfText,
        preTokenizer,
        nfc,
        OptionalInt.of(bytes));
  }

  Normalization normalization() {
    return nfc ? Normalization.NFC : Normalization.NONE;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
