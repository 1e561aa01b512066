// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.model.formats.MindFormersParameters;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Patterns with {@code *} and {@code ?} of names of parameters, as Python's fnmatch has them. */
final class NamePatterns {
  private NamePatterns() {}

  /** Whether a pattern matches what Hugging Face or MindFormers call a parameter. */
  static boolean matchAny(List<String> patterns, String parameter) {
    return Stream.concat(Stream.of(parameter), MindFormersParameters.names(parameter).stream())
        .anyMatch(name -> patterns.stream().anyMatch(pattern -> matches(pattern, name)));
  }

  private static boolean matches(String pattern, String name) {
    StringBuilder expression = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '*' -> expression.append(".*");
        case '?' -> expression.append('.');
        default -> expression.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return name.matches(expression.toString());
  }
}
