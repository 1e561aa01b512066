// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import dev.loam.tokenizer.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a template into statements. */
final class StatementParser {
  private static final int MAX_DEPTH = 60;
  private static final Set<String> REFUSED =
      Set.of(
          "include",
          "import",
          "from",
          "extends",
          "block",
          "autoescape",
          "do",
          "trans",
          "print",
          "debug");

  private final TokenStream tokens;
  private final UnknownNames unknown;
  private final ExpressionParser expressions;
  private final TargetParser targets;
  private int depth;

  /** Whether a jump would leave no more than a loop, without anything that collects text. */
  private boolean inLoop;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.unknown = new UnknownNames(tokens);
    this.expressions = new ExpressionParser(tokens, unknown);
    this.targets = new TargetParser(tokens, expressions);
  }

  static List<Stmt> parse(TemplateSource source) {
    StatementParser parser = new StatementParser(new TokenStream(source));
    List<Stmt> statements = parser.statements(Set.of());
    parser.unknown.refuse(0);
    return statements;
  }

  /** Statements up to a tag with one of these names, or to the end where there are none. */
  private List<Stmt> statements(Set<String> ends) {
    if (++depth > MAX_DEPTH) {
      throw tokens.error(tokens.current(), "blocks are nested more than " + MAX_DEPTH + " deep");
    }
    List<Stmt> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case DATA -> {
          Position at = tokens.position(tokens.take());
          statements.add(new Stmt.Data(at, Text.of(token.text(), Origin.TEMPLATE)));
        }
        case VARIABLE_BEGIN -> {
          tokens.take();
          Position at = tokens.position();
          statements.add(new Stmt.Print(at, expressions.tuple()));
          tokens.expect(Kind.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          tokens.take();
          if (tokens.current().kind() == Kind.NAME && ends.contains(tokens.current().text())) {
            depth--;
            return statements;
          }
          statements.add(statement());
          tokens.expect(Kind.BLOCK_END, "'%}'");
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.unexpected("{% " + String.join(" %} or {% ", sorted(ends)) + " %}");
          }
          depth--;
          return statements;
        }
      }
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private Stmt statement() {
    Token tag = tokens.expect(Kind.NAME, "the name of a tag");
    Position at = tokens.position(tag);
    return switch (tag.text()) {
      case "if" -> ifStatement(at);
      case "for" -> forStatement(at);
      case "set" -> setStatement(at);
      case "macro" -> macro(at);
      case "call" -> callBlock(at);
      case "filter" -> {
        List<FilterCall> filters = expressions.postfix().filters();
        yield new Stmt.FilterBlock(at, filters, closed("endfilter"));
      }
      case "with" -> with(at);
      case "generation" -> new Stmt.Generation(at, closed("endgeneration"));
      case "break", "continue" -> jump(at, tag);
      default -> throw unknownTag(tag);
    };
  }

  private TemplateException unknownTag(Token tag) {
    return tokens.error(
        tag,
        REFUSED.contains(tag.text())
            ? "{% " + tag.text() + " %} is not supported"
            : "there is no tag {% " + tag.text() + " %} here");
  }

  private List<Stmt> body(Set<String> ends) {
    tokens.skipOperator(":");
    tokens.expect(Kind.BLOCK_END, "'%}'");
    return statements(ends);
  }

  /** A body with scope and text of its own, with its end tag. */
  private List<Stmt> closed(String end) {
    boolean outer = inLoop;
    inLoop = false;
    List<Stmt> body = scoped(Set.of(end));
    tokens.take();
    inLoop = outer;
    return body;
  }

  private List<Stmt> scoped(Set<String> ends) {
    int mark = unknown.mark();
    List<Stmt> body = body(ends);
    unknown.refuse(mark);
    return body;
  }

  private Stmt ifStatement(Position at) {
    int mark = unknown.mark();
    List<Expr> tests = new ArrayList<>();
    List<List<Stmt>> bodies = new ArrayList<>();
    String tag = "if";
    while (!tag.equals("endif")) {
      if (tag.equals("else")) {
        bodies.add(body(Set.of("endif")));
      } else {
        tests.add(expressions.tuple(false));
        bodies.add(body(Set.of("elif", "else", "endif")));
      }
      tag = tokens.take().text();
    }
    unknown.forgive(mark);
    return new Stmt.If(at, tests, bodies);
  }

  private Stmt forStatement(Position at) {
    Target target = targets.loopTarget();
    if (!tokens.skipName("in")) {
      throw tokens.unexpected("'in'");
    }
    Expr iterable = expressions.tuple(false);
    int mark = unknown.mark();
    Optional<Expr> test =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    unknown.refuse(mark);
    if (tokens.current().isName("recursive")) {
      throw tokens.error(tokens.current(), "recursive loops are not supported; use a macro");
    }
    boolean outer = inLoop;
    inLoop = true;
    List<Stmt> body = scoped(Set.of("endfor", "else"));
    inLoop = outer;
    List<Stmt> otherwise = List.of();
    if (tokens.take().text().equals("else")) {
      otherwise = scoped(Set.of("endfor"));
      tokens.take();
    }
    return new Stmt.For(at, target, iterable, test, body, otherwise);
  }

  private Stmt setStatement(Position at) {
    Target target = targets.assignTarget();
    if (tokens.skipOperator("=")) {
      return new Stmt.Assign(at, target, expressions.tuple());
    }
    List<FilterCall> filters =
        tokens.skipOperator("|") ? expressions.postfix().filters() : List.of();
    return new Stmt.AssignBlock(at, target, filters, closed("endset"));
  }

  private Stmt macro(Position at) {
    String name = targets.newName();
    Signature signature = targets.signature();
    return new Stmt.Macro(at, name, signature, closed("endmacro"));
  }

  private Stmt callBlock(Position at) {
    Signature signature = tokens.current().isOperator("(") ? targets.signature() : Signature.EMPTY;
    Token start = tokens.current();
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw tokens.error(start, "expected a call");
    }
    return new Stmt.CallBlock(at, signature, call, closed("endcall"));
  }

  private Stmt with(Position at) {
    List<Target> names = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      names.add(targets.withTarget());
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    boolean outer = inLoop;
    List<Stmt> body = scoped(Set.of("endwith"));
    tokens.take();
    inLoop = outer;
    return new Stmt.With(at, names, values, body);
  }

  private Stmt jump(Position at, Token tag) {
    if (!inLoop) {
      throw tokens.error(
          tag,
          "{% "
              + tag.text()
              + " %} is supported inside a loop only, and not in a block there"
              + " whose text is collected");
    }
    return new Stmt.Jump(at, tag.text().equals("break"));
  }
}
