// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as Python compares, writes and reads them. */
final class Numbers {
  private static final Pattern FLOAT =
      Pattern.compile(
          "[+-]?(?:(?:[0-9]++(?:_[0-9]++)*+\\.?(?:[0-9]++(?:_[0-9]++)*+)?"
              + "|\\.[0-9]++(?:_[0-9]++)*+)(?:[eE][+-]?[0-9]++(?:_[0-9]++)*+)?"
              + "|(?i:inf(?:inity)?|nan))");
  private static final int MAX_DIGITS = 1000;

  private Numbers() {}

  static boolean isNumber(Value value) {
    return isInteger(value) || value instanceof Value.Real;
  }

  /** Integers and truth values, which are integers too. */
  static boolean isInteger(Value value) {
    return value instanceof Value.Int || value instanceof Value.Bool;
  }

  static long toLong(Value value) {
    if (value instanceof Value.Bool bool) {
      return bool.value() ? 1 : 0;
    } else if (value instanceof Value.Int number) {
      return number.value();
    }
    throw new Fault("an integer is expected, not a value of type " + value.type());
  }

  static double toDouble(Value value) {
    return value instanceof Value.Real number ? number.value() : (double) toLong(value);
  }

  static boolean equal(Value a, Value b) {
    return !isNan(a) && !isNan(b) && compare(a, b) == 0;
  }

  private static boolean isNan(Value value) {
    return value instanceof Value.Real number && Double.isNaN(number.value());
  }

  /** Compares exactly, also an integer with a fraction. */
  static int compare(Value a, Value b) {
    if (isNan(a) || isNan(b)) {
      throw new Fault("nan has no order");
    } else if (isInteger(a) && isInteger(b)) {
      return Long.compare(toLong(a), toLong(b));
    }
    double x = toDouble(a);
    double y = toDouble(b);
    if (Double.isInfinite(x) || Double.isInfinite(y) || (!isInteger(a) && !isInteger(b))) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    return exact(a).compareTo(exact(b));
  }

  private static BigDecimal exact(Value value) {
    return value instanceof Value.Real number
        ? new BigDecimal(number.value())
        : BigDecimal.valueOf(toLong(value));
  }

  /** Python's {@code repr}: the fewest digits that give the same number. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    } else if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    } else if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(value);
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign
          + digits.charAt(0)
          + fraction
          + (exponent < 0 ? "e-" : "e+")
          + (Math.abs(exponent) < 10 ? "0" : "")
          + Math.abs(exponent);
    }
    String plain = shortest.abs().toPlainString();
    return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }

  /** Python's {@code float} of a string. */
  static Optional<Double> parseFloat(Text text) {
    String digits = strip(text.string());
    checkLength(digits);
    if (!FLOAT.matcher(digits).matches()) {
      return Optional.empty();
    }
    String plain = digits.toLowerCase(Locale.ROOT).replace("_", "");
    if (plain.endsWith("nan")) {
      return Optional.of(Double.NaN);
    } else if (plain.contains("inf")) {
      return Optional.of(plain.startsWith("-") ? -1 / 0.0 : 1 / 0.0);
    }
    return Optional.of(Double.parseDouble(plain));
  }

  /** Python's {@code int} of a string. */
  static Optional<Long> parseInteger(Text text, int base) {
    String digits = strip(text.string());
    checkLength(digits);
    boolean negative = digits.startsWith("-");
    int at = negative || digits.startsWith("+") ? 1 : 0;
    String prefix = digits.substring(at, Math.min(digits.length(), at + 2));
    String own = base == 2 ? "0b" : base == 8 ? "0o" : base == 16 ? "0x" : "-";
    if (prefix.toLowerCase(Locale.ROOT).equals(own)) {
      at += digits.startsWith("_", at + 2) ? 3 : 2;
    }
    if (at == digits.length()) {
      return Optional.empty();
    }
    long value = 0;
    boolean separated = true;
    for (; at < digits.length(); at++) {
      char c = digits.charAt(at);
      int digit = Character.digit(c, base);
      if (c == '_' ? separated : digit < 0) {
        return Optional.empty();
      }
      separated = c == '_';
      value = separated ? value : next(value, base, negative ? -digit : digit);
    }
    return separated ? Optional.empty() : Optional.of(value);
  }

  private static long next(long value, int base, int digit) {
    try {
      return Math.addExact(Math.multiplyExact(value, base), digit);
    } catch (ArithmeticException e) {
      throw new Fault("the number does not fit 64 bits, which is all that is supported");
    }
  }

  private static void checkLength(String digits) {
    if (digits.length() > MAX_DIGITS) {
      throw new Fault("a number of more than " + MAX_DIGITS + " characters");
    } else if (digits.chars().anyMatch(c -> c >= 0x80 && Character.isDigit(c))) {
      throw new Fault("digits other than 0 to 9 are not supported");
    }
  }

  private static String strip(String s) {
    int start = Chars.skipSpace(s, 0);
    return s.substring(start, Chars.trimmedEnd(s, start, s.length()));
  }

  /** Python's {@code int} of a float. */
  static Optional<Long> truncate(double value) {
    if (Double.isNaN(value)) {
      return Optional.empty();
    } else if (Math.abs(value) >= 0x1p63) {
      throw new Fault("the number does not fit 64 bits, which is all that is supported");
    }
    return Optional.of((long) value);
  }
}
