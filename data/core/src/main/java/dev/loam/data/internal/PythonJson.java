// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Text as Python's {@code json.dumps(value, indent=4)} writes it, character for character. */
public final class PythonJson {
  private static final String INDENT = "    ";
  private static final int MAX_DIGITS = 17;
  private static final int LARGE_EXPONENT = 16;
  private static final int SMALL_EXPONENT = -4;

  private PythonJson() {}

  /**
   * The text of a value.
   *
   * @param value a map with text as keys, a list, a text, a number, or an {@link Optional} of one,
   *     which is {@code null} when empty
   */
  public static String dumps(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, "\n");
    return out.toString();
  }

  private static void append(StringBuilder out, Object value, String newLine) {
    if (value instanceof Map<?, ?> map) {
      Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
      String inner = open(out, '{', entries, newLine);
      while (entries.hasNext()) {
        Map.Entry<?, ?> entry = entries.next();
        appendText(out.append(inner), String.valueOf(entry.getKey()));
        append(out.append(": "), entry.getValue(), inner);
        close(out, '}', entries, newLine);
      }
    } else if (value instanceof List<?> list) {
      Iterator<?> items = list.iterator();
      String inner = open(out, '[', items, newLine);
      while (items.hasNext()) {
        append(out.append(inner), items.next(), inner);
        close(out, ']', items, newLine);
      }
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresentOrElse(v -> append(out, v, newLine), () -> out.append("null"));
    } else if (value instanceof Double number) {
      out.append(repr(number));
    } else if (value instanceof Number) {
      out.append(value);
    } else {
      appendText(out, value.toString());
    }
  }

  private static String open(StringBuilder out, char bracket, Iterator<?> content, String newLine) {
    out.append(bracket);
    if (!content.hasNext()) {
      out.append(bracket == '{' ? '}' : ']');
    }
    return newLine + INDENT;
  }

  private static void close(StringBuilder out, char bracket, Iterator<?> rest, String newLine) {
    if (rest.hasNext()) {
      out.append(',');
    } else {
      out.append(newLine).append(bracket);
    }
  }

  private static void appendText(StringBuilder out, String text) {
    StringBuilder quoted = new StringBuilder();
    PythonText.appendJson(quoted, text);
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      // As ensure_ascii has it; control characters are escaped already, but DEL is left alone.
      out.append(c < 0x80 ? String.valueOf(c) : "\\u%04x".formatted((int) c));
    }
  }

  /** A finite number in as few digits as it can be read back from. */
  static String repr(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= MAX_DIGITS; digits++) {
      shortest = exact.round(new MathContext(digits));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= SMALL_EXPONENT && exponent < LARGE_EXPONENT) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
