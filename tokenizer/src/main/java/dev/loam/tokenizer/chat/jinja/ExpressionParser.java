// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Parses expressions, with the precedence that Jinja has. */
final class ExpressionParser {
  /** Deeper than anything people write; the stack of any thread holds it. */
  private static final int MAX_DEPTH = 160;

  /** How many operators of one kind may follow each other. */
  private static final int MAX_CHAIN = 200;

  private final TokenStream tokens;
  private final UnknownNames unknown;
  private final PostfixParser postfix;
  private int depth;

  ExpressionParser(TokenStream tokens, UnknownNames unknown) {
    this.tokens = tokens;
    this.unknown = unknown;
    this.postfix = new PostfixParser(tokens, this, unknown);
  }

  PostfixParser postfix() {
    return postfix;
  }

  /** An expression, with {@code a if b else c}. */
  Expr expression() {
    return deeper(this::conditional);
  }

  /** An expression without {@code a if b else c}. */
  Expr simpleExpression() {
    return deeper(this::or);
  }

  private <T> T deeper(Supplier<T> parse) {
    if (++depth > MAX_DEPTH) {
      throw tooDeep();
    }
    T parsed = parse.get();
    depth--;
    return parsed;
  }

  private TemplateException tooDeep() {
    return tokens.error(
        tokens.current(), "the expression is nested more than " + MAX_DEPTH + " deep");
  }

  /** One expression, or several with commas between them, which make a tuple. */
  Expr tuple(boolean conditional) {
    Position at = tokens.position();
    List<Expr> items = new ArrayList<>();
    boolean tuple = false;
    while (!isTupleEnd()) {
      items.add(conditional ? expression() : simpleExpression());
      if (!tokens.skipOperator(",")) {
        break;
      }
      tuple = true;
    }
    if (items.isEmpty()) {
      throw tokens.unexpected("an expression");
    }
    return tuple ? new Expr.Items(at, items, true) : items.get(0);
  }

  Expr tuple() {
    return tuple(true);
  }

  private boolean isTupleEnd() {
    Kind kind = tokens.current().kind();
    return kind == Kind.VARIABLE_END || kind == Kind.BLOCK_END || tokens.current().isOperator(")");
  }

  private Expr conditional() {
    Position at = tokens.position();
    int mark = unknown.mark();
    Expr value = or();
    for (int n = 0; tokens.skipName("if"); n++) {
      tokens.checkChain(n, MAX_CHAIN);
      Expr test = or();
      Optional<Expr> otherwise =
          tokens.skipName("else") ? Optional.of(deeper(this::conditional)) : Optional.empty();
      value = new Expr.Conditional(at, test, value, otherwise);
      unknown.forgive(mark);
      at = tokens.position();
    }
    return value;
  }

  private Expr or() {
    Position at = tokens.position();
    Expr left = and();
    for (int n = 0; tokens.skipName("or"); n++) {
      tokens.checkChain(n, MAX_CHAIN);
      left = new Expr.Logical(at, false, left, and());
    }
    return left;
  }

  private Expr and() {
    Position at = tokens.position();
    Expr left = not();
    for (int n = 0; tokens.skipName("and"); n++) {
      tokens.checkChain(n, MAX_CHAIN);
      left = new Expr.Logical(at, true, left, not());
    }
    return left;
  }

  private Expr not() {
    Position at = tokens.position();
    return tokens.skipName("not") ? new Expr.Unary(at, "not", deeper(this::not)) : comparison();
  }

  private Expr comparison() {
    Position at = tokens.position();
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> operands = new ArrayList<>(List.of(first));
    for (Optional<String> o = comparisonOperator(); o.isPresent(); o = comparisonOperator()) {
      operators.add(o.get());
      operands.add(sum());
    }
    return operators.isEmpty() ? first : new Expr.Comparison(at, operators, operands);
  }

  private Optional<String> comparisonOperator() {
    Token token = tokens.current();
    if (token.kind() == Kind.OPERATOR
        && List.of("==", "!=", "<", "<=", ">", ">=").contains(token.text())) {
      return Optional.of(tokens.take().text());
    } else if (tokens.skipName("in")) {
      return Optional.of("in");
    } else if (token.isName("not") && tokens.following().isName("in")) {
      tokens.take();
      tokens.take();
      return Optional.of("not in");
    }
    return Optional.empty();
  }

  private Expr sum() {
    return leftToRight(List.of("+", "-"), this::concat);
  }

  private Expr concat() {
    Position at = tokens.position();
    List<Expr> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expr.Concat(at, parts);
  }

  private Expr product() {
    return leftToRight(List.of("*", "/", "//", "%"), this::power);
  }

  /** To the left, other than in Python. */
  private Expr power() {
    return leftToRight(List.of("**"), () -> unary(true));
  }

  private Expr leftToRight(List<String> operators, Supplier<Expr> operand) {
    Position at = tokens.position();
    Expr left = operand.get();
    for (int n = 0; operators.contains(operator()); n++) {
      tokens.checkChain(n, MAX_CHAIN);
      left = new Expr.Binary(at, tokens.take().text(), left, operand.get());
    }
    return left;
  }

  private String operator() {
    return tokens.current().kind() == Kind.OPERATOR ? tokens.current().text() : "";
  }

  /** Signs bind looser than attributes and calls, but tighter than filters and tests. */
  private Expr unary(boolean filters) {
    Token token = tokens.current();
    Expr value;
    if (token.isOperator("-") || token.isOperator("+")) {
      tokens.take();
      Expr operand = deeper(() -> unary(false));
      value = new Expr.Unary(tokens.position(token), token.text(), operand);
    } else {
      value = primary();
    }
    value = postfix.accesses(value);
    return filters ? postfix.filtersAndTests(value) : value;
  }

  Expr primary() {
    Token token = tokens.current();
    Position at = tokens.position();
    switch (token.kind()) {
      case NAME -> {
        tokens.take();
        if (token.isName("self")) {
          throw tokens.error(token, "'self' is not supported");
        }
        return Literals.named(token.text())
            .<Expr>map(value -> new Expr.Constant(at, value))
            .orElseGet(() -> new Expr.Name(at, token.text()));
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().kind() == Kind.STRING) {
          text.append(tokens.take().text());
        }
        return new Expr.Constant(at, Text.of(text.toString(), Origin.TEMPLATE));
      }
      case INTEGER, FLOAT -> {
        return number();
      }
      case OPERATOR -> {
        switch (token.text()) {
          case "(" -> {
            return parenthesised();
          }
          case "[" -> {
            return list();
          }
          case "{" -> {
            return dict();
          }
          default -> throw tokens.unexpected("an expression");
        }
      }
      default -> throw tokens.unexpected("an expression");
    }
  }

  private Expr number() {
    Token token = tokens.take();
    try {
      Value value =
          token.kind() == Kind.FLOAT
              ? Literals.floating(token.text())
              : Literals.integer(token.text());
      return new Expr.Constant(tokens.position(token), value);
    } catch (Fault e) {
      throw tokens.error(token, e.problem());
    }
  }

  private Expr parenthesised() {
    Position at = tokens.position();
    tokens.expectOperator("(");
    Expr value =
        tokens.current().isOperator(")")
            ? new Expr.Items(at, List.of(), true)
            : deeper(this::tuple);
    tokens.expectOperator(")");
    return value;
  }

  private Expr list() {
    Position at = tokens.position();
    tokens.expectOperator("[");
    List<Expr> items = new ArrayList<>();
    while (!tokens.current().isOperator("]")) {
      items.add(expression());
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    tokens.expectOperator("]");
    return new Expr.Items(at, items, false);
  }

  private Expr dict() {
    Position at = tokens.position();
    tokens.expectOperator("{");
    List<Expr> items = new ArrayList<>();
    while (!tokens.current().isOperator("}")) {
      items.add(expression());
      tokens.expectOperator(":");
      items.add(expression());
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    tokens.expectOperator("}");
    return new Expr.Dict(at, items);
  }
}
