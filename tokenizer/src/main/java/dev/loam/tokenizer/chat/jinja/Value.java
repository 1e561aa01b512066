// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A value of a template, which are Python's, with where it comes from. */
interface Value {
  /** Where it comes from; the template for what has been put together. */
  default Origin origin() {
    return Origin.TEMPLATE;
  }

  /** What Python calls its type. */
  String type();

  /** Python's {@code None}. */
  record None(Origin origin) implements Value {
    @Override
    public String type() {
      return "None";
    }
  }

  /** A truth value. */
  record Bool(boolean value, Origin origin) implements Value {
    static Bool of(boolean value) {
      return new Bool(value, Origin.TEMPLATE);
    }

    @Override
    public String type() {
      return "bool";
    }
  }

  /** An integer; those beyond 64 bits are refused. */
  record Int(long value, Origin origin) implements Value {
    static Int of(long value) {
      return new Int(value, Origin.TEMPLATE);
    }

    @Override
    public String type() {
      return "int";
    }
  }

  /** A floating point number. */
  record Real(double value, Origin origin) implements Value {
    @Override
    public String type() {
      return "float";
    }
  }

  /** What is not there. */
  record Undefined(String problem) implements Value {
    @Override
    public String type() {
      return "Undefined";
    }

    Fault fault() {
      return new Fault(problem);
    }
  }

  /** A list, a tuple, or a group of {@code groupby}, which is a tuple whose parts have names. */
  record Items(List<Value> values, Kind kind, Origin origin) implements Value {
    enum Kind {
      LIST,
      TUPLE,
      GROUP
    }

    static Items list(List<Value> values) {
      return new Items(values, Kind.LIST, Origin.TEMPLATE);
    }

    static Items tuple(Value... values) {
      return new Items(Arrays.asList(values), Kind.TUPLE, Origin.TEMPLATE);
    }

    boolean isList() {
      return kind == Kind.LIST;
    }

    @Override
    public String type() {
      return isList() ? "list" : "tuple";
    }
  }

  /** What {@code items}, {@code keys} and {@code values} of a dict give. */
  record View(Dict dict, String kind, List<Value> values) implements Value {
    @Override
    public String type() {
      return "dict_" + kind;
    }
  }

  /** A range of integers. */
  record Range(long start, long stop, long step, List<Value> values) implements Value {
    @Override
    public String type() {
      return "range";
    }
  }

  /** What can be called. */
  interface Callable extends Value {
    Value call(Arguments arguments, RunContext runtime);

    @Override
    default String type() {
      return "function";
    }
  }

  /** A function of this interpreter, or a method with the object it belongs to. */
  record Function(String name, Body body) implements Callable {
    /** What it does. */
    interface Body {
      Value call(Arguments arguments, RunContext runtime);
    }

    @Override
    public Value call(Arguments arguments, RunContext runtime) {
      return body.call(arguments, runtime);
    }
  }

  /** What has attributes that are no methods. */
  interface WithAttributes extends Value {
    Optional<Value> attribute(String name);
  }
}
