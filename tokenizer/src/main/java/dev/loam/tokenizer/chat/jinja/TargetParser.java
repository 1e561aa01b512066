// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses what is assigned to, and the parameters of macros. */
final class TargetParser {
  /** Names with a meaning of their own; what Jinja does to a template that takes them varies. */
  private static final Set<String> RESERVED =
      Set.of("loop", "caller", "kwargs", "varargs", "self", "super", "context");

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  TargetParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  Target loopTarget() {
    return several(false);
  }

  /** Of {@code set}, which may name members of namespaces. */
  Target assignTarget() {
    return several(true);
  }

  Target withTarget() {
    return several(false);
  }

  private Target several(boolean members) {
    Position at = tokens.position();
    List<Target> targets = new ArrayList<>();
    boolean tuple = false;
    while (tokens.current().kind() != Kind.BLOCK_END) {
      targets.add(one(members));
      if (!tokens.skipOperator(",")) {
        break;
      }
      tuple = true;
    }
    if (targets.isEmpty()) {
      throw tokens.unexpected("a variable");
    }
    return tuple ? new Target.Several(at, targets) : targets.get(0);
  }

  private Target one(boolean members) {
    Token first = tokens.current();
    if (members && first.kind() == Kind.NAME && tokens.following().isOperator(".")) {
      tokens.take();
      tokens.take();
      String attribute = tokens.expect(Kind.NAME, "a name").text();
      return new Target.Member(tokens.position(first), first.text(), attribute);
    }
    return target(expressions.primary(), first);
  }

  private Target target(Expr expression, Token first) {
    if (expression instanceof Expr.Name name) {
      checkName(name.name(), first);
      return new Target.Variable(name.at(), name.name());
    } else if (expression instanceof Expr.Items items && items.tuple()) {
      List<Target> targets = items.items().stream().map(e -> target(e, first)).toList();
      return new Target.Several(items.at(), targets);
    }
    throw tokens.error(first, "only variables can be assigned to");
  }

  private void checkName(String name, Token at) {
    if (RESERVED.contains(name)) {
      throw reserved(name, at);
    }
  }

  private TemplateException reserved(String name, Token at) {
    return tokens.error(at, "the name '" + name + "' cannot be given to something else here");
  }

  /** A name for a macro or parameter. */
  String newName() {
    Token token = tokens.expect(Kind.NAME, "a name");
    checkName(token.text(), token);
    if (Literals.named(token.text()).isPresent()) {
      throw tokens.error(token, "only variables can be assigned to");
    }
    return token.text();
  }

  Signature signature() {
    tokens.expectOperator("(");
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    while (!tokens.current().isOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      Token token = tokens.current();
      String name = newName();
      if (!seen.add(name)) {
        throw tokens.error(token, "there are two parameters '" + name + "'");
      }
      parameters.add(name);
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.error(token, "a parameter without default follows one with a default");
      }
    }
    tokens.expectOperator(")");
    return new Signature(parameters, defaults);
  }
}
