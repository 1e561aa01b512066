// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** Escapes inside string literals, which are Python's. */
final class StringEscapes {
  private StringEscapes() {}

  /** The string that {@code [start, end)} of the source writes. */
  static String unescape(TemplateSource source, int start, int end) {
    String text = source.text();
    StringBuilder out = new StringBuilder(end - start);
    int i = start;
    while (i < end) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        i++;
        continue;
      }
      char kind = text.charAt(i + 1);
      int simple = "\\'\"abfnrtv".indexOf(kind);
      if (simple >= 0) {
        out.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(simple));
        i += 2;
      } else if (kind == '\n') {
        i += 2;
      } else if (kind >= '0' && kind <= '7') {
        int stop = i + 2;
        while (stop < Math.min(end, i + 4) && Character.digit(text.charAt(stop), 8) >= 0) {
          stop++;
        }
        out.append((char) Integer.parseInt(text.substring(i + 1, stop), 8));
        i = stop;
      } else if (kind == 'x' || kind == 'u' || kind == 'U') {
        int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
        out.appendCodePoint(hex(source, i, digits, end));
        i += 2 + digits;
      } else if (kind == 'N' || kind >= 0x80) {
        throw source.error(i, "the escape \\" + kind + " is not supported; write the character");
      } else {
        out.append(c).append(kind);
        i += 2;
      }
    }
    return out.toString();
  }

  private static int hex(TemplateSource source, int at, int digits, int end) {
    int value = 0;
    for (int i = at + 2; i < at + 2 + digits; i++) {
      char c = i < end ? source.text().charAt(i) : ' ';
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw source.error(at, "the escape needs " + digits + " hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    if (!Character.isValidCodePoint(value) || (value >= 0xd800 && value <= 0xdfff)) {
      throw source.error(at, "the escape stands for no character");
    }
    return value;
  }
}
