// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The variables of every scope of a template. */
final class Scopes {
  private final IdentityHashMap<Stmt, Symbols> bodies = new IdentityHashMap<>();
  private final IdentityHashMap<Stmt, Symbols> tests = new IdentityHashMap<>();
  private final IdentityHashMap<Stmt, Symbols> elses = new IdentityHashMap<>();
  private final IdentityHashMap<Stmt, MacroCode> macros = new IdentityHashMap<>();
  private final Symbols root = new Symbols(Optional.empty());

  Scopes(List<Stmt> template) {
    addAll(template, root);
    enter(template, root);
  }

  Symbols root() {
    return root;
  }

  /** The scope of a statement that has one; of a loop, that of its body. */
  Symbols of(Stmt statement) {
    return Objects.requireNonNull(bodies.get(statement));
  }

  /** What a statement does that is a macro, or is like one. */
  MacroCode macro(Stmt statement) {
    return Objects.requireNonNull(macros.get(statement));
  }

  Symbols ofElse(Stmt.For loop) {
    return Objects.requireNonNull(elses.get(loop));
  }

  Symbols ofTest(Stmt.For loop) {
    return Objects.requireNonNull(tests.get(loop));
  }

  private static Symbols inside(Symbols symbols) {
    return new Symbols(Optional.of(symbols));
  }

  /** Finds the names that statements use in their own scope, without those inside. */
  private static void addAll(List<Stmt> statements, Symbols symbols) {
    statements.forEach(s -> add(s, symbols));
  }

  private static void add(Stmt statement, Symbols symbols) {
    if (statement instanceof Stmt.Print print) {
      load(print.value(), symbols);
    } else if (statement instanceof Stmt.Assign assign) {
      load(assign.value(), symbols);
      store(assign.target(), symbols);
    } else if (statement instanceof Stmt.AssignBlock assign) {
      store(assign.target(), symbols);
    } else if (statement instanceof Stmt.For loop) {
      load(loop.iterable(), symbols);
    } else if (statement instanceof Stmt.Macro macro) {
      symbols.store(macro.name());
    } else if (statement instanceof Stmt.CallBlock block) {
      load(block.call(), symbols);
    } else if (statement instanceof Stmt.FilterBlock block) {
      block.expressions().forEach(e -> load(e, symbols));
    } else if (statement instanceof Stmt.With with) {
      with.values().forEach(e -> load(e, symbols));
    } else if (statement instanceof Stmt.If condition) {
      addBranches(condition, 0, symbols);
    }
  }

  /** The first test and its body, then all other branches together as one. */
  private static void addBranches(Stmt.If condition, int first, Symbols symbols) {
    load(condition.tests().get(first), symbols);
    Symbols body = symbols.branch();
    addAll(condition.bodies().get(first), body);
    Symbols elifs = symbols.branch();
    for (int i = first + 1; i < condition.tests().size(); i++) {
      addElif(condition, i, elifs);
    }
    Symbols otherwise = symbols.branch();
    if (condition.bodies().size() > condition.tests().size()) {
      addAll(condition.bodies().get(condition.tests().size()), otherwise);
    }
    symbols.join(List.of(body, elifs, otherwise));
  }

  private static void addElif(Stmt.If condition, int i, Symbols symbols) {
    load(condition.tests().get(i), symbols);
    Symbols body = symbols.branch();
    addAll(condition.bodies().get(i), body);
    symbols.join(List.of(body));
  }

  private static void load(Expr expression, Symbols symbols) {
    Deque<Expr> open = new ArrayDeque<>(List.of(expression));
    while (!open.isEmpty()) {
      Expr next = open.pop();
      if (next instanceof Expr.Name name) {
        symbols.load(name.name());
      }
      next.children().forEach(open::push);
    }
  }

  private static void store(Target target, Symbols symbols) {
    target.forEach(
        part -> {
          if (part instanceof Target.Variable variable) {
            symbols.store(variable.name());
          } else if (part instanceof Target.Member member) {
            symbols.load(member.namespace());
          }
        });
  }

  private static void parameters(Target target, Symbols symbols) {
    target.forEach(
        part -> {
          if (part instanceof Target.Variable variable) {
            symbols.parameter(variable.name());
          }
        });
  }

  /** Makes the scopes inside, now that all names of this one are known. */
  private void enter(List<Stmt> statements, Symbols symbols) {
    for (Stmt statement : statements) {
      if (statement instanceof Stmt.If) {
        statement.bodies().forEach(body -> enter(body, symbols));
      } else if (statement instanceof Stmt.For loop) {
        enterLoop(loop, symbols);
      } else if (!statement.bodies().isEmpty()) {
        Symbols scope = inside(symbols);
        enterBlock(statement, scope);
        bodies.put(statement, scope);
        enter(statement.bodies().get(0), scope);
      }
    }
  }

  private void enterLoop(Stmt.For loop, Symbols symbols) {
    Symbols body = inside(symbols);
    body.parameter("loop");
    parameters(loop.target(), body);
    addAll(loop.body(), body);
    bodies.put(loop, body);
    enter(loop.body(), body);
    Symbols test = inside(symbols);
    parameters(loop.target(), test);
    loop.test().ifPresent(e -> load(e, test));
    tests.put(loop, test);
    Symbols otherwise = inside(symbols);
    addAll(loop.otherwise(), otherwise);
    elses.put(loop, otherwise);
    enter(loop.otherwise(), otherwise);
  }

  private void enterBlock(Stmt statement, Symbols scope) {
    if (statement instanceof Stmt.Generation block) {
      enterMacro(block, MacroCode.of("generation", Signature.EMPTY, block.body()), scope);
    } else if (statement instanceof Stmt.Macro macro) {
      enterMacro(macro, MacroCode.of(macro.name(), macro.signature(), macro.body()), scope);
    } else if (statement instanceof Stmt.CallBlock block) {
      enterMacro(block, MacroCode.of("caller", block.signature(), block.body()), scope);
    } else if (statement instanceof Stmt.With with) {
      with.targets().forEach(t -> parameters(t, scope));
      addAll(with.body(), scope);
    } else {
      addAll(statement.bodies().get(0), scope);
      if (statement instanceof Stmt.FilterBlock block) {
        block.expressions().forEach(e -> load(e, scope));
      }
    }
  }

  private void enterMacro(Stmt statement, MacroCode code, Symbols scope) {
    macros.put(statement, code);
    Signature signature = code.signature();
    List<Stmt> body = code.body();
    signature.parameters().forEach(scope::parameter);
    signature.defaults().forEach(e -> load(e, scope));
    addAll(body, scope);
    code.special().forEach(scope::parameter);
    addAll(body, scope);
  }
}
