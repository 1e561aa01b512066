// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the fields of rows are called ({@code --map-keys}).
 *
 * @param names by what they stand for: {@code prompt}, {@code query}, {@code response}, {@code
 *     history}, {@code system}, {@code messages}, {@code role_tag}, {@code content_tag}, {@code
 *     user_tag}, {@code assistant_tag}, {@code system_tag}; empty for a field that is not to be
 *     read. What is not among them has its usual name.
 */
public record RowKeys(Map<String, String> names) {
  private static final Map<String, String> ALPACA =
      Map.of(
          "prompt", "instruction",
          "query", "input",
          "response", "output",
          "history", "history",
          "system", "system");
  private static final Map<String, String> SHAREGPT =
      Map.of(
          "messages", "conversations",
          "system", "system",
          "role_tag", "from",
          "content_tag", "value",
          "user_tag", "human",
          "assistant_tag", "gpt",
          "system_tag", "system");
  private static final Map<String, String> OPENAI =
      Map.of(
          "messages", "messages",
          "system", "system",
          "role_tag", "role",
          "content_tag", "content",
          "user_tag", "user",
          "assistant_tag", "assistant",
          "system_tag", "system");

  /** Checks the names. */
  public RowKeys {
    names = Map.copyOf(names);
    Set<String> known = new TreeSet<>(ALPACA.keySet());
    known.addAll(SHAREGPT.keySet());
    for (String key : names.keySet()) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException("map-keys: unknown \"" + key + "\"; known are " + known);
      }
    }
  }

  /** The usual names. */
  public static RowKeys usual() {
    return new RowKeys(Map.of());
  }

  /** The name of a field or role; empty if it is not to be read. */
  String name(RowFormat format, String key) {
    Map<String, String> usual =
        switch (format) {
          case ALPACA -> ALPACA;
          case SHAREGPT -> SHAREGPT;
          case OPENAI -> OPENAI;
        };
    return names.getOrDefault(key, usual.getOrDefault(key, ""));
  }
}
