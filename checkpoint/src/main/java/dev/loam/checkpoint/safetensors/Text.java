// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.util.Comparator;

/** Text as the formats compare and quote it, and as messages may show it. */
public final class Text {
  private static final int SHOWN = 120;

  /** By code point, which is also the order of the UTF-8 bytes. */
  static final Comparator<String> BY_CODE_POINT = Text::compare;

  private Text() {}

  private static int compare(String a, String b) {
    for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
      if (a.charAt(i) != b.charAt(i)) {
        return Integer.compare(rank(a.charAt(i)), rank(b.charAt(i)));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }

  /** Whether every surrogate has its other half, without which text has no UTF-8 form. */
  public static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  /** Appends a JSON string; without {@code ascii} only what JSON must have escaped is escaped. */
  public static void appendJson(StringBuilder out, String text, boolean ascii) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            appendEscape(out, c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Text of unknown origin in single quotes, without control characters and of bounded length. */
  public static String quote(String text) {
    return "'" + printable(text) + "'";
  }

  /** Text of unknown origin, without control characters and of bounded length. */
  public static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)
          || Character.isSurrogate(c)
          || Character.getType(c) == Character.FORMAT) {
        appendEscape(out, c);
      } else {
        out.append(c);
      }
    }
    return text.length() > SHOWN
        ? out.append("... (").append(text.length()).append(" characters)").toString()
        : out.toString();
  }

  private static void appendEscape(StringBuilder out, char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(Character.forDigit((c >> shift) & 0xf, 16));
    }
  }
}
