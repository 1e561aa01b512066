// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads what stands inside {@code {{ }}} and {@code {% %}}. */
final class TagLexer {
  private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");

  private final TemplateSource source;
  private final String text;
  private final List<Token> tokens;

  TagLexer(TemplateSource source, List<Token> tokens) {
    this.source = source;
    this.text = source.text();
    this.tokens = tokens;
  }

  /** Reads up to the end of a variable tag; returns where the text goes on. */
  int variable(int start) {
    return read(start, Kind.VARIABLE_END);
  }

  /** Reads up to the end of a block tag; returns where the text goes on. */
  int block(int start) {
    return read(start, Kind.BLOCK_END);
  }

  private int read(int start, Kind endKind) {
    Deque<Character> open = new ArrayDeque<>();
    int i = start;
    while (i < text.length()) {
      int end = open.isEmpty() ? tagEnd(i, endKind) : -1;
      if (end >= 0) {
        tokens.add(new Token(endKind, "", i));
        return end;
      }
      i = token(i, open);
    }
    String close = endKind == Kind.BLOCK_END ? "'%}'" : "'}}'";
    throw source.error(text.length(), "the template ends inside a tag; expected " + close);
  }

  private int tagEnd(int i, Kind kind) {
    if (kind == Kind.VARIABLE_END) {
      return text.startsWith("-}}", i)
          ? Chars.skipSpace(text, i + 3)
          : text.startsWith("}}", i) ? i + 2 : -1;
    } else if (text.startsWith("-%}", i)) {
      return Chars.skipSpace(text, i + 3);
    } else if (text.startsWith("+%}", i)) {
      return i + 3;
    } else if (text.startsWith("%}", i)) {
      return i + 2 < text.length() && text.charAt(i + 2) == '\n' ? i + 3 : i + 2;
    }
    return -1;
  }

  private int token(int i, Deque<Character> open) {
    char c = text.charAt(i);
    if (Chars.isSpace(c)) {
      return Chars.skipSpace(text, i);
    } else if (Chars.isDigit(c)) {
      return number(i);
    } else if (Chars.isNameStart(c)) {
      return name(i);
    } else if (c == '\'' || c == '"') {
      return string(i, c);
    }
    return operator(i, open);
  }

  private int name(int start) {
    int end = start;
    while (end < text.length() && Chars.isNamePart(text.charAt(end))) {
      end++;
    }
    if (end < text.length() && text.charAt(end) >= 0x80 && !Chars.isSpace(text.charAt(end))) {
      throw source.error(end, "names may have ASCII letters, digits and underscores only");
    }
    tokens.add(new Token(Kind.NAME, text.substring(start, end), start));
    return end;
  }

  private int number(int start) {
    int floatEnd = start > 0 && text.charAt(start - 1) == '.' ? -1 : floatEnd(start);
    int end = floatEnd >= 0 ? floatEnd : integerEnd(start);
    Kind kind = floatEnd >= 0 ? Kind.FLOAT : Kind.INTEGER;
    tokens.add(new Token(kind, text.substring(start, end).replace("_", ""), start));
    return end;
  }

  /** Behind a number with a fraction or an exponent; -1 if it has neither. */
  private int floatEnd(int start) {
    int whole = digits(start, 10);
    int end = whole;
    if (at(end) == '.' && Chars.isDigit(at(end + 1))) {
      end = digits(end + 1, 10);
    }
    if (at(end) == 'e' || at(end) == 'E') {
      int exponent = at(end + 1) == '+' || at(end + 1) == '-' ? end + 2 : end + 1;
      if (Chars.isDigit(at(exponent))) {
        return digits(exponent, 10);
      }
    }
    return end > whole ? end : -1;
  }

  private int integerEnd(int start) {
    if (at(start) != '0') {
      return digits(start, 10);
    }
    int radix =
        switch (at(start + 1)) {
          case 'b', 'B' -> 2;
          case 'o', 'O' -> 8;
          case 'x', 'X' -> 16;
          default -> 0;
        };
    int first = at(start + 2) == '_' ? start + 3 : start + 2;
    if (radix > 0 && Character.digit(at(first), radix) >= 0) {
      return digits(first, radix);
    }
    return digits(start, 1);
  }

  /** Behind digits, which single underscores may separate; radix 1 stands for zeros only. */
  private int digits(int start, int radix) {
    int i = start;
    while (isDigit(at(i), radix) || (at(i) == '_' && i > start && isDigit(at(i + 1), radix))) {
      i++;
    }
    return i;
  }

  private static boolean isDigit(char c, int radix) {
    return c < 0x80 && (radix == 1 ? c == '0' : Character.digit(c, radix) >= 0);
  }

  private char at(int i) {
    return i < text.length() ? text.charAt(i) : '\0';
  }

  private int string(int start, char quote) {
    int i = start + 1;
    while (i < text.length() && text.charAt(i) != quote) {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    if (i >= text.length()) {
      throw source.error(start, "the string is not closed; expected " + quote);
    }
    String value = StringEscapes.unescape(source, start + 1, i);
    tokens.add(new Token(Kind.STRING, value, start));
    return i + 1;
  }

  private int operator(int start, Deque<Character> open) {
    for (String operator : LONG_OPERATORS) {
      if (text.startsWith(operator, start)) {
        tokens.add(new Token(Kind.OPERATOR, operator, start));
        return start + 2;
      }
    }
    char c = text.charAt(start);
    switch (c) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty()) {
          throw source.error(start, "unexpected '" + c + "'");
        }
        char expected = open.pop();
        if (expected != c) {
          throw source.error(start, "unexpected '" + c + "'; expected '" + expected + "'");
        }
      }
      default -> {
        if ("+-/*%~<>=.:|,;".indexOf(c) < 0) {
          throw source.error(
              start, "unexpected character '" + Character.toString(text.codePointAt(start)) + "'");
        }
      }
    }
    tokens.add(new Token(Kind.OPERATOR, String.valueOf(c), start));
    return start + 1;
  }
}
