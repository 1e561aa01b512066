// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses what follows a value: attributes, subscripts, calls, filters and tests. */
final class PostfixParser {
  /** How many of them may follow each other. */
  private static final int MAX_CHAIN = 100;

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final UnknownNames unknown;

  PostfixParser(TokenStream tokens, ExpressionParser expressions, UnknownNames unknown) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.unknown = unknown;
  }

  Expr accesses(Expr first) {
    Expr value = first;
    for (int n = 0; ; n++) {
      tokens.checkChain(n, MAX_CHAIN);
      Token token = tokens.current();
      if (token.isOperator(".")) {
        value = attribute(value);
      } else if (token.isOperator("[")) {
        value = subscript(value);
      } else if (token.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  Expr filtersAndTests(Expr first) {
    Expr value = first;
    for (int n = 0; ; n++) {
      tokens.checkChain(n, MAX_CHAIN);
      Token token = tokens.current();
      if (token.isOperator("|")) {
        tokens.take();
        FilterCall filter = filter();
        value = new Expr.Filtered(filter.at(), value, filter);
      } else if (token.isName("is")) {
        value = test(value);
      } else if (token.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** Filters with {@code |} between them. */
  List<FilterCall> filters() {
    List<FilterCall> filters = new ArrayList<>(List.of(filter()));
    while (tokens.skipOperator("|")) {
      tokens.checkChain(filters.size(), MAX_CHAIN);
      filters.add(filter());
    }
    return filters;
  }

  private FilterCall filter() {
    Token first = tokens.expect(Kind.NAME, "the name of a filter");
    String name = dotted(first);
    unknown.filter(first, name);
    CallArguments arguments = tokens.current().isOperator("(") ? arguments() : CallArguments.NONE;
    return new FilterCall(tokens.position(first), name, arguments);
  }

  private String dotted(Token first) {
    StringBuilder name = new StringBuilder(first.text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME, "a name").text());
    }
    return name.toString();
  }

  private Expr test(Expr input) {
    Position at = tokens.position(tokens.take());
    boolean negated = tokens.skipName("not");
    Token first = tokens.expect(Kind.NAME, "the name of a test");
    String name = dotted(first);
    unknown.test(first, name);
    CallArguments arguments = CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      if (tokens.current().isName("is")) {
        throw tokens.error(tokens.current(), "tests cannot follow each other");
      }
      Expr argument = accesses(expressions.primary());
      arguments =
          new CallArguments(
              List.of(argument), List.of(), List.of(), Optional.empty(), Optional.empty());
    }
    Expr test = new Expr.Test(at, input, name, arguments);
    return negated ? new Expr.Unary(at, "not", test) : test;
  }

  /** Whether an argument without parentheses follows a test. */
  private boolean startsArgument() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      default -> false;
    };
  }

  private Expr attribute(Expr object) {
    Position at = tokens.position(tokens.take());
    Token name = tokens.take();
    if (name.kind() == Kind.INTEGER) {
      Value index = Literals.integer(name.text());
      return new Expr.Subscript(at, object, new Expr.Constant(at, index));
    } else if (name.kind() != Kind.NAME) {
      throw tokens.error(name, "expected a name or number, found " + name.shown());
    }
    return new Expr.Attribute(at, object, name.text());
  }

  private Expr subscript(Expr object) {
    Position at = tokens.position(tokens.take());
    if (tokens.current().isOperator("]")) {
      throw tokens.unexpected("an index");
    }
    Optional<Expr> start = Optional.empty();
    if (!tokens.current().isOperator(":")) {
      Expr index = expressions.expression();
      if (tokens.current().isOperator(",")) {
        throw tokens.error(tokens.current(), "several indices are not supported");
      }
      if (tokens.skipOperator("]")) {
        return new Expr.Subscript(at, object, index);
      }
      start = Optional.of(index);
    }
    tokens.expectOperator(":");
    Optional<Expr> stop = slicePart();
    Optional<Expr> step = tokens.skipOperator(":") ? slicePart() : Optional.empty();
    tokens.expectOperator("]");
    return new Expr.Slice(at, object, start, stop, step);
  }

  private Optional<Expr> slicePart() {
    Token token = tokens.current();
    return token.isOperator(":") || token.isOperator("]")
        ? Optional.empty()
        : Optional.of(expressions.expression());
  }

  Expr.Call call(Expr function) {
    Position at = tokens.position();
    return new Expr.Call(at, function, arguments());
  }

  private CallArguments arguments() {
    Token open = tokens.current();
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Expr> named = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Optional<Expr> star = Optional.empty();
    Optional<Expr> doubleStar = Optional.empty();
    while (!tokens.current().isOperator(")")) {
      boolean valid;
      if (tokens.skipOperator("*")) {
        valid = star.isEmpty() && doubleStar.isEmpty();
        star = Optional.of(expressions.expression());
      } else if (tokens.skipOperator("**")) {
        valid = doubleStar.isEmpty();
        doubleStar = Optional.of(expressions.expression());
      } else if (tokens.current().kind() == Kind.NAME && tokens.following().isOperator("=")) {
        String name = tokens.take().text();
        tokens.take();
        valid = doubleStar.isEmpty() && seen.add(name);
        names.add(name);
        named.add(expressions.expression());
      } else {
        valid = star.isEmpty() && doubleStar.isEmpty() && named.isEmpty();
        positional.add(expressions.expression());
      }
      if (!valid) {
        throw tokens.error(open, "the arguments of this call are in no valid order");
      }
      if (!tokens.current().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.expectOperator(")");
    return new CallArguments(positional, names, named, star, doubleStar);
  }
}
