// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.Locale;
import java.util.function.UnaryOperator;

/** Upper and lower case, as Python has them. */
final class Case {
  private Case() {}

  static Text upper(Text text, RunContext runtime) {
    return map(text, s -> s.toUpperCase(Locale.ROOT), runtime);
  }

  static Text lower(Text text, RunContext runtime) {
    return map(text, s -> s.toLowerCase(Locale.ROOT), runtime);
  }

  private static Text map(Text text, UnaryOperator<String> mapping, RunContext runtime) {
    TextBuilder out = runtime.text();
    String mapped = mapping.apply(text.string());
    if (text.runs() <= 1) {
      return out.append(mapped, text.origin()).build();
    }
    // Mapped as a whole, since a letter may depend on its neighbours, but with as many units each.
    int done = 0;
    int start = 0;
    for (int run = 0; run < text.runs(); run++) {
      int units = 0;
      for (int i = start; i < text.end(run); ) {
        int c = text.string().codePointAt(i);
        units += mapping.apply(Character.toString(c)).length();
        i += Character.charCount(c);
      }
      start = text.end(run);
      int end = run == text.runs() - 1 ? mapped.length() : done + units;
      out.append(mapped, done, end, text.origin(run));
      done = end;
    }
    return out.build();
  }

  /** Python's {@code str.capitalize}. */
  static Text capitalize(Text text, RunContext runtime) {
    int first = text.isEmpty() ? 0 : text.offset(1);
    Text lower = lower(text, runtime);
    TextBuilder out = runtime.text();
    if (first > 0) {
      out.append(titleCase(text.string().codePointAt(0)), text.origin(0));
      int second =
          Character.toString(text.string().codePointAt(0)).toLowerCase(Locale.ROOT).length();
      out.append(lower, second, lower.string().length());
    }
    return out.build();
  }

  /** Python's {@code str.title}: a capital behind everything that is no letter with case. */
  static Text title(Text text, RunContext runtime) {
    TextBuilder out = runtime.text();
    boolean inWord = false;
    for (int i = 0; i < text.string().length(); ) {
      int c = text.string().codePointAt(i);
      if (c == 0x3a3) {
        throw special(c);
      }
      String mapped = inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c);
      out.append(mapped, text.origin(text.runAt(i)));
      inWord = CharTests.isCased(c);
      i += Character.charCount(c);
    }
    return out.build();
  }

  /** The filter {@code title}: a capital behind white space and brackets. */
  static Text titleWords(Text text, RunContext runtime) {
    TextBuilder out = runtime.text();
    String s = text.string();
    int start = 0;
    while (start < s.length()) {
      boolean separator = isSeparator(s.charAt(start));
      int end = start;
      while (end < s.length() && isSeparator(s.charAt(end)) == separator) {
        end++;
      }
      int first = start + Character.charCount(s.codePointAt(start));
      out.append(upper(TextBuilder.part(text, start, first, runtime.budget()), runtime));
      out.append(lower(TextBuilder.part(text, first, end, runtime.budget()), runtime));
      start = end;
    }
    return out.build();
  }

  private static boolean isSeparator(char c) {
    return Chars.isSpace(c) || "-({[<".indexOf(c) >= 0;
  }

  private static String titleCase(int c) {
    if (Character.toString(c).toUpperCase(Locale.ROOT).codePointCount(0, 1) != 1
        || Character.toString(c).toUpperCase(Locale.ROOT).length() != Character.charCount(c)) {
      throw special(c);
    }
    return Character.toString(Character.toTitleCase(c));
  }

  private static Fault special(int c) {
    return new Fault("the title case of U+%04X is not supported".formatted(c));
  }
}
