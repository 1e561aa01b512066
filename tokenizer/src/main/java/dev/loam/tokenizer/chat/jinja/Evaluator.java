// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates expressions in a scope. */
final class Evaluator implements Expr.Visitor<Value> {
  private final Session session;
  private final RunContext runtime;
  private final Scope scope;

  Evaluator(Session session, Scope scope) {
    this.session = session;
    this.runtime = session.runtime();
    this.scope = scope;
  }

  Value evaluate(Expr expression) {
    session.enter(expression.at());
    try {
      return expression.accept(this);
    } catch (Fault e) {
      throw session.error(expression.at(), e);
    } finally {
      session.leave();
    }
  }

  private List<Value> all(List<Expr> expressions) {
    runtime.budget().elements(expressions.size());
    List<Value> values = new ArrayList<>(expressions.size());
    for (Expr e : expressions) {
      values.add(evaluate(e));
    }
    return values;
  }

  @Override
  public Value constant(Expr.Constant e) {
    return e.value();
  }

  @Override
  public Value name(Expr.Name e) {
    return scope.get(e.name());
  }

  @Override
  public Value items(Expr.Items e) {
    Value.Items.Kind kind = e.tuple() ? Value.Items.Kind.TUPLE : Value.Items.Kind.LIST;
    return new Value.Items(all(e.items()), kind, Origin.TEMPLATE);
  }

  @Override
  public Value dict(Expr.Dict e) {
    List<Value> values = all(e.keysAndValues());
    runtime.budget().elements(4L * values.size());
    Dict dict = new Dict(Origin.TEMPLATE);
    for (int i = 0; i < values.size(); i += 2) {
      dict.put(values.get(i), values.get(i + 1));
    }
    return dict;
  }

  @Override
  public Value unary(Expr.Unary e) {
    Value value = evaluate(e.operand());
    return switch (e.operator()) {
      case "not" -> Value.Bool.of(!Truth.of(value));
      case "-" -> Arithmetic.negate(value);
      default -> Arithmetic.plus(value);
    };
  }

  @Override
  public Value binary(Expr.Binary e) {
    Value left = evaluate(e.left());
    return Arithmetic.apply(e.operator(), left, evaluate(e.right()), runtime);
  }

  @Override
  public Value logical(Expr.Logical e) {
    Value left = evaluate(e.left());
    return Truth.of(left) == e.and() ? evaluate(e.right()) : left;
  }

  @Override
  public Value comparison(Expr.Comparison e) {
    Value left = evaluate(e.operands().get(0));
    for (int i = 0; i < e.operators().size(); i++) {
      Value right = evaluate(e.operands().get(i + 1));
      if (!Comparison.test(e.operators().get(i), left, right, runtime.budget())) {
        return Value.Bool.of(false);
      }
      left = right;
    }
    return Value.Bool.of(true);
  }

  @Override
  public Value concat(Expr.Concat e) {
    TextBuilder text = runtime.text();
    for (Value value : all(e.parts())) {
      Repr.print(value, text, runtime.budget());
    }
    return text.build();
  }

  @Override
  public Value conditional(Expr.Conditional e) {
    if (Truth.of(evaluate(e.test()))) {
      return evaluate(e.then());
    }
    Optional<Expr> otherwise = e.otherwise();
    return otherwise.isPresent()
        ? evaluate(otherwise.get())
        : new Value.Undefined("the condition is false and there is no else");
  }

  @Override
  public Value attribute(Expr.Attribute e) {
    return Lookup.attribute(evaluate(e.object()), e.name(), runtime);
  }

  @Override
  public Value subscript(Expr.Subscript e) {
    Value object = evaluate(e.object());
    return Lookup.item(object, evaluate(e.index()), runtime);
  }

  @Override
  public Value slice(Expr.Slice e) {
    Value object = evaluate(e.object());
    Optional<Value> start = e.start().map(this::evaluate);
    Optional<Value> stop = e.stop().map(this::evaluate);
    return Slices.of(object, start, stop, e.step().map(this::evaluate), runtime);
  }

  @Override
  public Value call(Expr.Call e) {
    Value function = evaluate(e.function());
    return call(function, arguments(e.arguments()));
  }

  /** A call that is also given {@code caller}. */
  Value call(Expr.Call e, Value caller) {
    Value function = evaluate(e.function());
    return call(function, arguments(e.arguments()).with("caller", caller));
  }

  private Value call(Value function, Arguments arguments) {
    if (function instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (function instanceof Value.Callable callable) {
      return callable.call(arguments, runtime);
    }
    throw new Fault("a value of type " + function.type() + " cannot be called");
  }

  @Override
  public Value filtered(Expr.Filtered e) {
    return filter(evaluate(e.input()), e.filter());
  }

  Value filter(Value input, FilterCall filter) {
    return Filters.apply(filter.name(), input, arguments(filter.arguments()), runtime);
  }

  @Override
  public Value test(Expr.Test e) {
    Value input = evaluate(e.input());
    Arguments arguments = arguments(e.arguments());
    return Value.Bool.of(Tests.apply(e.name(), input, arguments, runtime));
  }

  private Arguments arguments(CallArguments written) {
    List<Value> positional = all(written.positional());
    Map<String, Value> named = new LinkedHashMap<>();
    List<Value> values = all(written.named());
    for (int i = 0; i < values.size(); i++) {
      named.put(written.names().get(i), values.get(i));
    }
    written.star().ifPresent(e -> positional.addAll(Sequences.copy(evaluate(e), runtime.budget())));
    written.doubleStar().ifPresent(e -> addAll(evaluate(e), named));
    return new Arguments(positional, named);
  }

  private void addAll(Value value, Map<String, Value> named) {
    if (!(value instanceof Dict dict)) {
      throw new Fault("behind ** a dict is expected, not a value of type " + value.type());
    }
    runtime.budget().elements(4L * dict.size());
    for (Dict.Entry entry : dict.entries()) {
      if (!(entry.key() instanceof Text key) || named.put(key.string(), entry.value()) != null) {
        throw new Fault("behind ** the keys must be strings that are not given already");
      }
    }
  }
}
