// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a scope while it runs. */
final class Scope {
  private final Symbols symbols;
  private final @Nullable Scope parent;
  private final Map<String, Value> globals;
  private final Map<String, Value> values = new HashMap<>();
  private boolean left;

  /** The outermost scope, entered. */
  Scope(Symbols symbols, Map<String, Value> globals) {
    this.symbols = symbols;
    this.parent = null;
    this.globals = globals;
    enter();
  }

  /** A scope inside another, not entered yet. */
  Scope(Symbols symbols, Scope parent) {
    this.symbols = symbols;
    this.parent = parent;
    this.globals = parent.globals;
  }

  /** Gives all variables but parameters what they begin with. */
  Scope enter() {
    symbols.loads().forEach(this::load);
    return this;
  }

  private void load(String name, Symbols.Load load) {
    switch (load) {
      case PARAMETER -> {}
      case RESOLVE -> set(name, globals.get(name));
      case ALIAS -> set(name, parent == null ? null : parent.find(name));
      case UNDEFINED -> values.remove(name);
    }
  }

  /** Ends it: its variables are gone. */
  void leave() {
    left = true;
  }

  /** Whether this and all scopes outside are still there. */
  boolean isAlive() {
    for (Scope s = this; s != null; s = s.parent) {
      if (s.left) {
        return false;
      }
    }
    return true;
  }

  void set(String name, @Nullable Value value) {
    if (value == null) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  Value get(String name) {
    Value value = find(name);
    return value == null ? new Value.Undefined("'" + name + "' is undefined") : value;
  }

  private @Nullable Value find(String name) {
    for (Scope s = this; s != null; s = s.parent) {
      if (s.symbols.loads().containsKey(name)) {
        return s.values.get(name);
      }
    }
    throw new Fault("the variable '" + name + "' cannot be used here");
  }
}
