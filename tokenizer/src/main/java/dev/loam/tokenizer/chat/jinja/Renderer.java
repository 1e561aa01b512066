// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs statements. */
final class Renderer {
  private final Session session;
  private final RunContext runtime;

  /** How a statement ends. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Renderer(Session session) {
    this.session = session;
    this.runtime = session.runtime();
  }

  Value evaluate(Expr expression, Scope scope) {
    return new Evaluator(session, scope).evaluate(expression);
  }

  /** The text that statements write. */
  Text collect(List<Stmt> statements, Scope scope) {
    TextBuilder text = runtime.text();
    run(statements, scope, text);
    return text.build();
  }

  private Flow run(List<Stmt> statements, Scope scope, TextBuilder out) {
    for (Stmt statement : statements) {
      session.enter(statement.at());
      Flow flow;
      try {
        flow = run(statement, scope, out);
      } catch (Fault e) {
        throw session.error(statement.at(), e);
      } finally {
        session.leave();
      }
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow run(Stmt statement, Scope scope, TextBuilder out) {
    if (statement instanceof Stmt.Data data) {
      out.append(data.text());
    } else if (statement instanceof Stmt.Print print) {
      Repr.print(evaluate(print.value(), scope), out, runtime.budget());
    } else if (statement instanceof Stmt.If condition) {
      return condition(condition, scope, out);
    } else if (statement instanceof Stmt.For loop) {
      return loop(loop, scope, out);
    } else if (statement instanceof Stmt.Jump jump) {
      return jump.leaves() ? Flow.BREAK : Flow.CONTINUE;
    } else if (statement instanceof Stmt.With with) {
      return with(with, scope, out);
    } else {
      block(statement, scope, out);
    }
    return Flow.NEXT;
  }

  private void block(Stmt statement, Scope scope, TextBuilder out) {
    if (statement instanceof Stmt.Assign assign) {
      assign(assign.target(), evaluate(assign.value(), scope), scope);
    } else if (statement instanceof Stmt.AssignBlock block) {
      Scope inner = new Scope(session.scopes().of(block), scope).enter();
      Value value = filtered(collect(block.body(), inner), block.filters(), inner);
      assign(block.target(), value, scope);
      inner.leave();
    } else if (statement instanceof Stmt.FilterBlock block) {
      Scope inner = new Scope(session.scopes().of(block), scope).enter();
      Value value = filtered(collect(block.body(), inner), block.filters(), inner);
      Repr.print(value, out, runtime.budget());
      inner.leave();
    } else if (statement instanceof Stmt.Macro macro) {
      scope.set(macro.name(), macro(macro, scope));
    } else if (statement instanceof Stmt.CallBlock block) {
      Value value = new Evaluator(session, scope).call(block.call(), macro(block, scope));
      Repr.print(value, out, runtime.budget());
    } else if (statement instanceof Stmt.Generation block) {
      appendGenerated(macro(block, scope).call(Arguments.NONE, runtime), out);
    }
  }

  private Macro macro(Stmt statement, Scope scope) {
    Scopes scopes = session.scopes();
    return new Macro(scopes.macro(statement), scopes.of(statement), scope, this);
  }

  private static void appendGenerated(Text text, TextBuilder out) {
    int start = 0;
    for (int run = 0; run < text.runs(); run++) {
      out.append(text.string(), start, text.end(run), text.origin(run).inGeneration());
      start = text.end(run);
    }
  }

  private Value filtered(Value value, List<FilterCall> filters, Scope scope) {
    Evaluator evaluator = new Evaluator(session, scope);
    Value result = value;
    for (FilterCall filter : filters) {
      result = evaluator.filter(result, filter);
    }
    return result;
  }

  private Flow condition(Stmt.If condition, Scope scope, TextBuilder out) {
    List<Expr> tests = condition.tests();
    for (int i = 0; i < condition.bodies().size(); i++) {
      if (i == tests.size() || Truth.of(evaluate(tests.get(i), scope))) {
        return run(condition.bodies().get(i), scope, out);
      }
    }
    return Flow.NEXT;
  }

  private Flow with(Stmt.With with, Scope scope, TextBuilder out) {
    Scope inner = new Scope(session.scopes().of(with), scope).enter();
    for (int i = 0; i < with.targets().size(); i++) {
      assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
    }
    Flow flow = run(with.body(), inner, out);
    inner.leave();
    return flow;
  }

  private Flow loop(Stmt.For statement, Scope scope, TextBuilder out) {
    Value iterable = evaluate(statement.iterable(), scope);
    Loop loop = loop(statement, iterable, scope);
    Scope inner = new Scope(session.scopes().of(statement), scope);
    boolean ran = false;
    for (Optional<Value> item = loop.next(); item.isPresent(); item = loop.next()) {
      runtime.budget().step();
      assign(statement.target(), item.get(), inner);
      inner.set("loop", loop);
      inner.enter();
      Flow flow = run(statement.body(), inner, out);
      // As in Jinja, an item that is left early does not keep the else from running.
      ran |= flow == Flow.NEXT;
      if (flow == Flow.BREAK) {
        break;
      }
    }
    inner.leave();
    if (ran || statement.otherwise().isEmpty()) {
      return Flow.NEXT;
    }
    Scope otherwise = new Scope(session.scopes().ofElse(statement), scope).enter();
    Flow flow = run(statement.otherwise(), otherwise, out);
    otherwise.leave();
    return flow;
  }

  private Loop loop(Stmt.For statement, Value iterable, Scope scope) {
    Loop.Source source = source(iterable);
    if (statement.test().isEmpty()) {
      OptionalInt size = Sequences.length(iterable);
      return new Loop(source, size);
    }
    Expr test = statement.test().get();
    Scope inner = new Scope(session.scopes().ofTest(statement), scope).enter();
    Loop.Source chosen =
        () -> {
          for (Optional<Value> item = source.next(); item.isPresent(); item = source.next()) {
            runtime.budget().step();
            assign(statement.target(), item.get(), inner);
            if (Truth.of(evaluate(test, inner))) {
              return Optional.of(value(statement.target(), inner));
            }
          }
          return Optional.empty();
        };
    return new Loop(chosen, OptionalInt.empty());
  }

  private Loop.Source source(Value iterable) {
    if (iterable instanceof Iteration iteration) {
      return iteration::next;
    }
    Iterator<Value> items = Sequences.of(iterable, runtime.budget()).iterator();
    return () -> items.hasNext() ? Optional.of(items.next()) : Optional.empty();
  }

  /** What a target holds; several make a tuple. */
  private Value value(Target target, Scope scope) {
    if (target instanceof Target.Several several) {
      return Value.Items.tuple(
          several.targets().stream().map(t -> value(t, scope)).toArray(Value[]::new));
    }
    return scope.get(((Target.Variable) target).name());
  }

  private void assign(Target target, Value value, Scope scope) {
    checkMembers(target, scope);
    assignParts(target, value, scope);
  }

  /** Jinja looks at all namespaces before it sets anything. */
  private static void checkMembers(Target target, Scope scope) {
    target.forEach(
        part -> {
          if (part instanceof Target.Member member
              && !(scope.get(member.namespace()) instanceof Namespace)) {
            throw new Fault(
                "'"
                    + member.namespace()
                    + "' is no namespace; only namespaces have attributes that"
                    + " can be set");
          }
        });
  }

  private void assignParts(Target target, Value value, Scope scope) {
    if (target instanceof Target.Variable variable) {
      scope.set(variable.name(), value);
    } else if (target instanceof Target.Member member
        && scope.get(member.namespace()) instanceof Namespace namespace) {
      namespace.set(member.attribute(), value);
    } else if (target instanceof Target.Several several) {
      List<Value> values = new ArrayList<>(Sequences.of(value, runtime.budget()));
      if (values.size() != several.targets().size()) {
        throw new Fault(
            values.size()
                + " values cannot be shared among "
                + several.targets().size()
                + " variables");
      }
      for (int i = 0; i < values.size(); i++) {
        assignParts(several.targets().get(i), values.get(i), scope);
      }
    }
  }
}
