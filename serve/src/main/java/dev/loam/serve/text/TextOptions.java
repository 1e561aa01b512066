// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.model.generation.GenerationOptions;
import java.util.List;
import java.util.Optional;

/**
 * How a text is continued. Immutable.
 *
 * @param tokens how tokens are chosen
 * @param stopStrings the text ends before the first of these that comes up complete; it is not part
 *     of the text
 * @param enableThinking whether the model is to think before it answers, for chat templates that
 *     ask; where absent the template decides
 */
public record TextOptions(
    GenerationOptions tokens, List<String> stopStrings, Optional<Boolean> enableThinking) {
  /**
   * Checks the stop strings.
   *
   * @throws IllegalArgumentException if one is empty or has half a surrogate pair
   */
  public TextOptions {
    stopStrings = List.copyOf(stopStrings);
    for (String stop : stopStrings) {
      if (stop.isEmpty()) {
        throw new IllegalArgumentException("a stop string is empty; leave it out");
      }
      if (stop.codePoints()
          .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
        throw new IllegalArgumentException(
            "a stop string is not text: it has a surrogate without its partner");
      }
    }
  }

  /** Options for tokens alone. */
  public static TextOptions of(GenerationOptions tokens) {
    return new TextOptions(tokens, List.of(), Optional.empty());
  }

  /** The same with stop strings. */
  public TextOptions withStopStrings(List<String> strings) {
    return new TextOptions(tokens, strings, enableThinking);
  }

  /** The same with thinking on or off. */
  public TextOptions withEnableThinking(boolean enable) {
    return new TextOptions(tokens, stopStrings, Optional.of(enable));
  }
}
