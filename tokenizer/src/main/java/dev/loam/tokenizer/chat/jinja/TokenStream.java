// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.List;

/** The tokens that are still to be parsed. */
final class TokenStream {
  private final TemplateSource source;
  private final List<Token> tokens;
  private int next;

  TokenStream(TemplateSource source) {
    this.source = source;
    this.tokens = Lexer.tokens(source);
  }

  Token current() {
    return tokens.get(next);
  }

  Token following() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = current();
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  boolean skipName(String name) {
    if (current().isName(name)) {
      next++;
      return true;
    }
    return false;
  }

  boolean skipOperator(String operator) {
    if (current().isOperator(operator)) {
      next++;
      return true;
    }
    return false;
  }

  Token expect(Kind kind, String what) {
    if (current().kind() != kind) {
      throw unexpected(what);
    }
    return take();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  Position position() {
    return position(current());
  }

  Position position(Token token) {
    return source.position(token.offset());
  }

  /** Refuses more than so many operators, accesses or filters behind each other. */
  void checkChain(int length, int most) {
    if (length > most) {
      throw error(current(), "more than " + most + " operators or filters follow each other");
    }
  }

  TemplateException unexpected(String expected) {
    return error(current(), "expected " + expected + ", found " + current().shown());
  }

  TemplateException error(Token at, String problem) {
    return source.error(at.offset(), problem);
  }
}
