// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What Python's strings can do to themselves. */
final class Strings {
  private Strings() {}

  /** Without the characters at one or both ends; white space where none are given. */
  static Text strip(
      Text text, Optional<Text> chars, boolean left, boolean right, RunContext runtime) {
    String s = text.string();
    int start = 0;
    while (left && start < s.length() && isIn(s.codePointAt(start), chars)) {
      start += Character.charCount(s.codePointAt(start));
    }
    int end = s.length();
    while (right && end > start && isIn(s.codePointBefore(end), chars)) {
      end -= Character.charCount(s.codePointBefore(end));
    }
    return TextBuilder.part(text, start, end, runtime.budget());
  }

  private static boolean isIn(int c, Optional<Text> chars) {
    return chars.isPresent() ? chars.get().string().indexOf(c) >= 0 : Chars.isSpace(c);
  }

  /** {@code split} and {@code rsplit}; white space separates where nothing is given. */
  static Value split(
      Text text, Optional<Text> separator, long limit, boolean fromRight, RunContext runtime) {
    long most = limit < 0 ? Long.MAX_VALUE : limit;
    List<Value> parts =
        separator.isPresent()
            ? splitAt(text, separator.get().string(), most, fromRight, runtime)
            : splitBlanks(text, most, fromRight, runtime);
    if (fromRight) {
      Collections.reverse(parts);
    }
    runtime.budget().elements(parts.size());
    return new Value.Items(parts, Value.Items.Kind.LIST, text.origin());
  }

  private static List<Value> splitAt(
      Text text, String separator, long most, boolean fromRight, RunContext runtime) {
    if (separator.isEmpty()) {
      throw new Fault("the separator of split is empty");
    }
    String s = text.string();
    List<Value> parts = new ArrayList<>();
    int start = 0;
    int end = s.length();
    while (parts.size() < most) {
      int at =
          fromRight
              ? end < separator.length() ? -1 : s.lastIndexOf(separator, end - separator.length())
              : s.indexOf(separator, start);
      if (at < 0) {
        break;
      }
      if (fromRight) {
        parts.add(TextBuilder.part(text, at + separator.length(), end, runtime.budget()));
        end = at;
      } else {
        parts.add(TextBuilder.part(text, start, at, runtime.budget()));
        start = at + separator.length();
      }
    }
    parts.add(TextBuilder.part(text, start, end, runtime.budget()));
    return parts;
  }

  private static List<Value> splitBlanks(
      Text text, long most, boolean fromRight, RunContext runtime) {
    String s = text.string();
    List<Value> parts = new ArrayList<>();
    int start = Chars.skipSpace(s, 0);
    int end = Chars.trimmedEnd(s, start, s.length());
    if (!fromRight) {
      end = s.length();
    } else {
      start = 0;
    }
    while (fromRight ? end > start : start < end) {
      boolean last = parts.size() >= most;
      if (fromRight) {
        int from = last ? 0 : wordStart(s, end);
        parts.add(TextBuilder.part(text, from, end, runtime.budget()));
        end = last ? 0 : Chars.trimmedEnd(s, 0, from);
      } else {
        int to = last ? end : wordEnd(s, start);
        parts.add(TextBuilder.part(text, start, to, runtime.budget()));
        start = last ? end : Chars.skipSpace(s, to);
      }
    }
    return parts;
  }

  private static int wordEnd(String s, int start) {
    int i = start;
    while (i < s.length() && !Chars.isSpace(s.charAt(i))) {
      i++;
    }
    return i;
  }

  private static int wordStart(String s, int end) {
    int i = end;
    while (i > 0 && !Chars.isSpace(s.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  static List<Value> lines(Text text, boolean keepEnds, RunContext runtime) {
    String s = text.string();
    List<Value> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < s.length(); i++) {
      if (Chars.isLineEnd(s.charAt(i))) {
        int next = s.startsWith("\r\n", i) ? i + 2 : i + 1;
        lines.add(TextBuilder.part(text, start, keepEnds ? next : i, runtime.budget()));
        start = next;
        i = next - 1;
      }
    }
    if (start < s.length()) {
      lines.add(TextBuilder.part(text, start, s.length(), runtime.budget()));
    }
    runtime.budget().elements(lines.size());
    return lines;
  }

  static Text replace(Text text, Text old, Text with, long limit, RunContext runtime) {
    String s = text.string();
    runtime.budget().read(s.length());
    long most = limit < 0 ? Long.MAX_VALUE : limit;
    TextBuilder out = runtime.text();
    int done = 0;
    if (old.isEmpty()) {
      for (long n = 0; n < most && done <= s.length(); n++) {
        out.append(with);
        if (done == s.length()) {
          return out.build();
        }
        int next = done + Character.charCount(s.codePointAt(done));
        out.append(text, done, next);
        done = next;
      }
    } else {
      for (long n = 0; n < most; n++) {
        int at = s.indexOf(old.string(), done);
        if (at < 0) {
          break;
        }
        out.append(text, done, at).append(with);
        done = at + old.string().length();
      }
    }
    return out.append(text, done, s.length()).build();
  }

  /** Padded to a width by so many on the left; the rest goes to the right. */
  static Text pad(Text text, long left, long right, Text fill, RunContext runtime) {
    if (fill.length() != 1) {
      throw new Fault("a text is filled up with one character, not " + fill.length());
    }
    TextBuilder out = runtime.text();
    out.append(Arithmetic.repeat(fill, left, runtime));
    return out.append(text).append(Arithmetic.repeat(fill, right, runtime)).build();
  }

  static Text center(Text text, long width, Text fill, RunContext runtime) {
    long missing = Math.max(0, width - text.length());
    long left = missing / 2 + (missing & width & 1);
    return pad(text, left, missing - left, fill, runtime);
  }

  static Text zeroFill(Text text, long width, RunContext runtime) {
    long missing = Math.max(0, width - text.length());
    int sign = text.string().startsWith("-") || text.string().startsWith("+") ? 1 : 0;
    TextBuilder out = runtime.text().append(text, 0, sign);
    out.append(Arithmetic.repeat(Text.of("0", Origin.TEMPLATE), missing, runtime));
    return out.append(text, sign, text.string().length()).build();
  }
}
