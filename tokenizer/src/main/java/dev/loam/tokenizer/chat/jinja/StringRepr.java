// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** Python's {@code repr} of strings. */
final class StringRepr {
  private StringRepr() {}

  static void write(Text text, TextBuilder out) {
    String s = text.string();
    char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
    Origin first = text.runs() == 0 ? Origin.TEMPLATE : text.origin(0);
    Origin last = text.runs() == 0 ? Origin.TEMPLATE : text.origin(text.runs() - 1);
    out.append(String.valueOf(quote), first);
    int done = 0;
    for (int i = 0; i < s.length(); ) {
      int c = s.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c == quote || c == '\\' || !isPrintable(c)) {
        out.append(text, done, i);
        out.append(escape(c, quote), text.origin(text.runAt(i)));
        done = next;
      }
      i = next;
    }
    out.append(text, done, s.length());
    out.append(String.valueOf(quote), last);
  }

  private static String escape(int c, char quote) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> {
        if (c == quote || c == '\\') {
          yield "\\" + (char) c;
        }
        yield String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
      }
    };
  }

  private static boolean isPrintable(int c) {
    if (c < 0x80) {
      return c >= 0x20 && c < 0x7f;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      case Character.UNASSIGNED -> throw unassigned(c);
      default -> true;
    };
  }

  private static Fault unassigned(int c) {
    return new Fault(
        "how U+%04X is written depends on the version of Unicode, which is not supported"
            .formatted(c));
  }
}
