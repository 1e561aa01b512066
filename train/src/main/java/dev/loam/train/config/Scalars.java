// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What texts mean as numbers and flags. YAML 1.1, its later versions and Python's reader disagree
 * about some of them; those are refused with a hint, unless there is only one thing their author
 * can have meant.
 */
final class Scalars {
  private static final Pattern INTEGER = Pattern.compile("[+-]?(0|[1-9][0-9]*(_[0-9]+)*)");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+(_[0-9]+)*\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final Pattern LEADING_ZERO = Pattern.compile("[+-]?0[0-9_]+");
  private static final int MAX_DIGITS = 18;

  private Scalars() {}

  /** A decimal whole number; {@code 1_000} is one. */
  static Optional<Long> integer(String text) {
    String plain = text.strip();
    if (!INTEGER.matcher(plain).matches()) {
      return Optional.empty();
    }
    String digits = plain.replace("_", "");
    return digits.length() > MAX_DIGITS ? Optional.empty() : Optional.of(Long.valueOf(digits));
  }

  /** A finite decimal number; {@code 1e-6} is one, with or without a dot. */
  static Optional<Double> number(String text) {
    String plain = text.strip();
    if (!NUMBER.matcher(plain).matches() || LEADING_ZERO.matcher(plain).matches()) {
      return Optional.empty();
    }
    return Optional.of(Double.valueOf(plain.replace("_", ""))).filter(Double::isFinite);
  }

  /** {@code True} or {@code False}, in any case. */
  static Optional<Boolean> flag(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** What to write in place of a text that is no flag; nothing where that is not known. */
  static String flagHint(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "yes", "on", "y", "1" -> "; write True";
      case "no", "off", "n", "0" -> "; write False";
      default -> "";
    };
  }

  /** What to write in place of a text that is no number; nothing where that is not known. */
  static String numberHint(String text) {
    String plain = text.strip();
    String lower = plain.toLowerCase(Locale.ROOT);
    if (LEADING_ZERO.matcher(plain).matches()) {
      return "; some readers take a leading zero for octal: leave it out";
    } else if (lower.matches("[+-]?0[xob][0-9a-f_]+")) {
      return "; write it as a decimal number";
    } else if (lower.matches("[0-9]+(:[0-9]+)+(\\.[0-9]*)?")) {
      return "; some readers take colons for sexagesimal digits: write it as a decimal number";
    } else if (lower.matches("[+-]?\\.?(inf|infinity|nan)")) {
      return "; it must be finite";
    } else if (lower.matches("[+-]?[0-9]+(,[0-9]+)+")) {
      return "; write it without commas, with a point before the fraction";
    }
    return number(plain)
        .filter(value -> value == Math.rint(value) && Math.abs(value) < 1e15)
        .map(value -> "; write " + String.format(Locale.ROOT, "%.0f", value))
        .orElse("");
  }
}
