// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks}: a block tag
 * takes the line break behind it and the blanks before it along.
 */
final class Lexer {
  private final TemplateSource source;
  private final String text;
  private final TagLexer tags;
  private final List<Token> tokens;

  /** Whether what was read last ended with a line break; so it is at the very start. */
  private boolean lineStarting = true;

  private int at;

  private Lexer(TemplateSource source) {
    this.source = source;
    this.text = source.text();
    this.tokens = new ArrayList<>();
    this.tags = new TagLexer(source, tokens);
  }

  static List<Token> tokens(TemplateSource source) {
    Lexer lexer = new Lexer(source);
    while (lexer.at < lexer.text.length()) {
      lexer.next();
    }
    lexer.tokens.add(new Token(Kind.END, "", lexer.text.length()));
    return lexer.tokens;
  }

  private void next() {
    int open = nextTag(at);
    if (open < 0) {
      addData(at, text.length());
      at = text.length();
      return;
    }
    char kind = text.charAt(open + 1);
    addData(at, dataEnd(at, open, kind == '{'));
    int start = open + (isSign(open + 2) ? 3 : 2);
    switch (kind) {
      case '#' -> skipComment(open, start);
      case '{' -> {
        tokens.add(new Token(Kind.VARIABLE_BEGIN, "{{", open));
        moveTo(tags.variable(start));
      }
      default -> {
        int raw = rawStart(start);
        if (raw >= 0) {
          addRaw(open, raw);
        } else {
          tokens.add(new Token(Kind.BLOCK_BEGIN, "{%", open));
          moveTo(tags.block(start));
        }
      }
    }
  }

  private int nextTag(int from) {
    for (int i = text.indexOf('{', from); i >= 0; i = text.indexOf('{', i + 1)) {
      if (i + 1 < text.length() && "{%#".indexOf(text.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private boolean isSign(int i) {
    return i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+');
  }

  /** Where text before a tag ends, by the tag's sign. */
  private int dataEnd(int start, int open, boolean variable) {
    char sign = isSign(open + 2) ? text.charAt(open + 2) : ' ';
    if (sign == '-') {
      return Chars.trimmedEnd(text, start, open);
    } else if (sign == '+' || variable) {
      return open;
    }
    int blank = open;
    while (blank > start
        && text.charAt(blank - 1) != '\n'
        && Chars.isSpace(text.charAt(blank - 1))) {
      blank--;
    }
    boolean wholeLine = blank > start ? text.charAt(blank - 1) == '\n' : lineStarting;
    return wholeLine ? blank : open;
  }

  private void addData(int start, int end) {
    if (start < end) {
      tokens.add(new Token(Kind.DATA, text.substring(start, end), start));
    }
  }

  private void moveTo(int end) {
    lineStarting = text.charAt(end - 1) == '\n';
    at = end;
  }

  private void skipComment(int open, int start) {
    // The sign may be the one of the end, as in {#-#}: the start takes it.
    int close = text.indexOf("#}", start);
    if (close < 0) {
      throw source.error(open, "the comment is not closed; expected '#}'");
    }
    char sign = close > start ? text.charAt(close - 1) : ' ';
    moveTo(tagEnd(close + 2, sign));
  }

  /** Behind a block tag or comment whose end mark is read: by the sign before it. */
  private int tagEnd(int end, char sign) {
    if (sign == '-') {
      return Chars.skipSpace(text, end);
    }
    return sign != '+' && end < text.length() && text.charAt(end) == '\n' ? end + 1 : end;
  }

  /** Behind {@code raw %}}, if that is what follows. */
  private int rawStart(int start) {
    int i = Chars.skipSpace(text, start);
    if (!text.startsWith("raw", i)) {
      return -1;
    }
    i = Chars.skipSpace(text, i + 3);
    if (text.startsWith("-%}", i)) {
      return Chars.skipSpace(text, i + 3);
    }
    return text.startsWith("%}", i) ? i + 2 : -1;
  }

  private void addRaw(int open, int start) {
    lineStarting = text.charAt(start - 1) == '\n';
    for (int i = text.indexOf("{%", start); i >= 0; i = text.indexOf("{%", i + 1)) {
      int end = rawEnd(i + (isSign(i + 2) ? 3 : 2));
      if (end >= 0) {
        addData(start, dataEnd(start, i, false));
        moveTo(end);
        return;
      }
    }
    throw unclosedRaw(open);
  }

  private int rawEnd(int start) {
    int i = Chars.skipSpace(text, start);
    if (!text.startsWith("endraw", i)) {
      return -1;
    }
    i = Chars.skipSpace(text, i + 6);
    char sign = isSign(i) ? text.charAt(i) : ' ';
    int close = sign == ' ' ? i : i + 1;
    return text.startsWith("%}", close) ? tagEnd(close + 2, sign) : -1;
  }

  private TemplateException unclosedRaw(int open) {
    return source.error(open, "the raw block is not closed; expected {% endraw %}");
  }
}
