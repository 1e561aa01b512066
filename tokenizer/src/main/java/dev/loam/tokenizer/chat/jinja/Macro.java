// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A macro where it was defined. Calling it gives the text it writes. */
final class Macro implements Value.Callable {
  private final MacroCode code;
  private final Symbols symbols;
  private final Scope outside;
  private final Renderer renderer;

  Macro(MacroCode code, Symbols symbols, Scope outside, Renderer renderer) {
    this.code = code;
    this.symbols = symbols;
    this.outside = outside;
    this.renderer = renderer;
  }

  @Override
  public Text call(Arguments arguments, RunContext runtime) {
    if (!outside.isAlive()) {
      throw new Fault("the macro " + code.name() + " is called outside of the block it belongs to");
    }
    Scope scope = new Scope(symbols, outside);
    List<Value> positional = arguments.positional();
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    List<String> parameters = code.signature().parameters();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      scope.set(name, i < positional.size() ? positional.get(i) : named.remove(name));
    }
    setSpecial(scope, positional, named, runtime.budget());
    scope.enter();
    setDefaults(scope);
    return renderer.collect(code.body(), scope);
  }

  private void setSpecial(
      Scope scope, List<Value> positional, Map<String, Value> named, Budget budget) {
    int parameters = code.signature().parameters().size();
    if (code.special().contains("caller")) {
      Optional<Value> caller =
          Optional.ofNullable(named.remove("caller")).filter(c -> !(c instanceof Value.None));
      scope.set("caller", caller.orElse(new Value.Undefined("No caller defined")));
    }
    if (code.special().contains("kwargs")) {
      budget.elements(4L * named.size());
      Dict rest = new Dict(Origin.TEMPLATE);
      named.forEach((name, value) -> rest.put(Text.of(name, Origin.TEMPLATE), value));
      scope.set("kwargs", rest);
    } else if (!named.isEmpty()) {
      throw new Fault(
          "the macro "
              + code.name()
              + " has no parameter '"
              + named.keySet().iterator().next()
              + "'");
    }
    if (code.special().contains("varargs")) {
      List<Value> rest =
          positional.subList(Math.min(parameters, positional.size()), positional.size());
      scope.set("varargs", Value.Items.tuple(rest.toArray(Value[]::new)));
    } else if (positional.size() > parameters) {
      throw new Fault(
          "the macro "
              + code.name()
              + " takes "
              + parameters
              + " arguments, not "
              + positional.size());
    }
  }

  private void setDefaults(Scope scope) {
    List<String> parameters = code.signature().parameters();
    List<Expr> defaults = new ArrayList<>(code.signature().defaults());
    int required = parameters.size() - defaults.size();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      if (scope.has(name)) {
        continue;
      }
      scope.set(
          name,
          i < required
              ? new Value.Undefined("parameter '" + name + "' was not provided")
              : renderer.evaluate(defaults.get(i - required), scope));
    }
  }
}
