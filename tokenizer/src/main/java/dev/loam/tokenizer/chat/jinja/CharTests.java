// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.function.IntPredicate;

/** The methods of strings that ask for classes of characters. */
final class CharTests {
  private CharTests() {}

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  /** Whether there are characters and all are so. */
  private static boolean all(Text text, IntPredicate test) {
    return !text.isEmpty() && known(text).codePoints().allMatch(test);
  }

  /** What a newer version of Unicode may know better is refused. */
  private static String known(Text text) {
    if (text.string().codePoints().anyMatch(c -> Character.getType(c) == Character.UNASSIGNED)) {
      throw new Fault("characters that are not assigned cannot be tested");
    }
    return text.string();
  }

  static boolean test(String method, Text text) {
    return switch (method) {
      case "isspace" -> all(text, Chars::isSpace);
      case "isalpha" -> all(text, Character::isLetter);
      case "isdecimal" -> all(text, Character::isDigit);
      case "isdigit" -> all(text, c -> isAsciiOr(c, Character.isDigit(c)));
      case "isalnum" -> all(text, c -> isAsciiOr(c, Character.isLetterOrDigit(c)));
      case "isascii" -> text.string().chars().allMatch(c -> c < 0x80);
      case "isupper" -> hasCase(text, true);
      default -> hasCase(text, false);
    };
  }

  /** Digits such as superscripts, which Java does not know of as such, are refused. */
  private static boolean isAsciiOr(int c, boolean result) {
    int type = Character.getType(c);
    if (type == Character.OTHER_NUMBER || type == Character.LETTER_NUMBER) {
      throw new Fault("whether U+%04X counts as a digit is not supported".formatted(c));
    }
    return result;
  }

  private static boolean hasCase(Text text, boolean upper) {
    String s = known(text);
    return s.codePoints().anyMatch(CharTests::isCased)
        && s.codePoints()
            .allMatch(
                c -> !isCased(c) || (upper ? Character.isUpperCase(c) : Character.isLowerCase(c)));
  }
}
