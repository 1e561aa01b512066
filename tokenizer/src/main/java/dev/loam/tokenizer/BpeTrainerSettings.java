// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What {@link ByteLevelBpeTrainer} is to train.
 *
 * @param vocabSize at most this many tokens, special ones included; at least 256 and the special
 *     tokens
 * @param minFrequency pairs that occur less often are not merged; at least 1
 * @param specialTokens never split, and left out when decoding without special tokens
 * @param endOfText which of the special tokens ends a text, if any
 * @param preTokenizer how text is cut into words; with {@link PreTokenizer#QWEN} it is normalized
 *     to form C before
 */
public record BpeTrainerSettings(
    int vocabSize,
    int minFrequency,
    List<String> specialTokens,
    Optional<String> endOfText,
    PreTokenizer preTokenizer) {
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
    require(
        new HashSet<>(specialTokens).size() == specialTokens.size(),
        "a special token is given twice: " + specialTokens);
    require(
        vocabSize >= 256 + specialTokens.size() && vocabSize <= Vocabulary.ID_LIMIT,
        String.format(
            "vocabSize is %d, but must be among %d (256 bytes and the special tokens) to %d",
            vocabSize, 256 + specialTokens.size(), Vocabulary.ID_LIMIT));
    require(minFrequency >= 1, "minFrequency must be at least 1, but is " + minFrequency);
    require(
        endOfText.isEmpty() || specialTokens.contains(endOfText.get()),
        "endOfText " + endOfText.orElse("") + " is not among the special tokens " + specialTokens);
  }

  Normalization normalization() {
    return preTokenizer == PreTokenizer.QWEN ? Normalization.NFC : Normalization.NONE;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
