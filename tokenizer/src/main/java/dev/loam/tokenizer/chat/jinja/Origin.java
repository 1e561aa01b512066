// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/**
 * Where characters come from.
 *
 * @param source what kind of thing wrote them
 * @param message the message's index, for those of a message
 * @param key the top-level key of the message, empty for what belongs to the message as a whole;
 *     for a variable its name
 * @param generated whether they went through a {@code generation} block
 */
public record Origin(Source source, int message, String key, boolean generated) {
  /** The template's own words, and what it counted or chose itself. */
  public static final Origin TEMPLATE = new Origin(Source.TEMPLATE, -1, "", false);

  /** What wrote the characters. */
  public enum Source {
    TEMPLATE,
    MESSAGE,
    VARIABLE
  }

  /** A part of a message. */
  public static Origin message(int index, String key) {
    return new Origin(Source.MESSAGE, index, key, false);
  }

  /** A part of a variable. */
  public static Origin variable(String name) {
    return new Origin(Source.VARIABLE, -1, name, false);
  }

  Origin inGeneration() {
    return generated ? this : new Origin(source, message, key, true);
  }

  /** Of what two values made together: the first's, unless only the other is data. */
  Origin or(Origin other) {
    return source == Source.TEMPLATE ? other : this;
  }
}
