// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An expression. */
sealed interface Expr {
  Position at();

  /** Its parts, in the order they are evaluated. */
  List<Expr> children();

  <R> R accept(Visitor<R> visitor);

  /** What is done with each kind of expression. */
  interface Visitor<R> {
    R constant(Constant e);

    R name(Name e);

    R items(Items e);

    R dict(Dict e);

    R unary(Unary e);

    R binary(Binary e);

    R logical(Logical e);

    R comparison(Comparison e);

    R concat(Concat e);

    R conditional(Conditional e);

    R attribute(Attribute e);

    R subscript(Subscript e);

    R slice(Slice e);

    R call(Call e);

    R filtered(Filtered e);

    R test(Test e);
  }

  /** A literal. */
  record Constant(Position at, Value value) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constant(this);
    }
  }

  /** A variable. */
  record Name(Position at, String name) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.name(this);
    }
  }

  /** A list or tuple. */
  record Items(Position at, List<Expr> items, boolean tuple) implements Expr {
    @Override
    public List<Expr> children() {
      return items;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.items(this);
    }
  }

  /** A dict; keys and values alternate. */
  record Dict(Position at, List<Expr> keysAndValues) implements Expr {
    @Override
    public List<Expr> children() {
      return keysAndValues;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.dict(this);
    }
  }

  /** One of {@code - + not}. */
  record Unary(Position at, String operator, Expr operand) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(operand);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.unary(this);
    }
  }

  /** One of {@code + - * / // % **}. */
  record Binary(Position at, String operator, Expr left, Expr right) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(left, right);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.binary(this);
    }
  }

  /** {@code and} or {@code or}. */
  record Logical(Position at, boolean and, Expr left, Expr right) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(left, right);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.logical(this);
    }
  }

  /** A chain such as {@code a < b <= c}; one operator less than operands. */
  record Comparison(Position at, List<String> operators, List<Expr> operands) implements Expr {
    @Override
    public List<Expr> children() {
      return operands;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.comparison(this);
    }
  }

  /** {@code a ~ b ~ c}. */
  record Concat(Position at, List<Expr> parts) implements Expr {
    @Override
    public List<Expr> children() {
      return parts;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.concat(this);
    }
  }

  /** {@code then if test else otherwise}. */
  record Conditional(Position at, Expr test, Expr then, Optional<Expr> otherwise) implements Expr {
    @Override
    public List<Expr> children() {
      List<Expr> children = new ArrayList<>(List.of(test, then));
      otherwise.ifPresent(children::add);
      return children;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.conditional(this);
    }
  }

  /** {@code object.name}. */
  record Attribute(Position at, Expr object, String name) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(object);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.attribute(this);
    }
  }

  /** {@code object[index]}. */
  record Subscript(Position at, Expr object, Expr index) implements Expr {
    @Override
    public List<Expr> children() {
      return List.of(object, index);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.subscript(this);
    }
  }

  /** {@code object[start:stop:step]}. */
  record Slice(
      Position at, Expr object, Optional<Expr> start, Optional<Expr> stop, Optional<Expr> step)
      implements Expr {
    @Override
    public List<Expr> children() {
      List<Expr> children = new ArrayList<>(List.of(object));
      start.ifPresent(children::add);
      stop.ifPresent(children::add);
      step.ifPresent(children::add);
      return children;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.slice(this);
    }
  }

  /** {@code function(arguments)}. */
  record Call(Position at, Expr function, CallArguments arguments) implements Expr {
    @Override
    public List<Expr> children() {
      return arguments.after(function);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.call(this);
    }
  }

  /** {@code input | filter}. */
  record Filtered(Position at, Expr input, FilterCall filter) implements Expr {
    @Override
    public List<Expr> children() {
      return filter.arguments().after(input);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.filtered(this);
    }
  }

  /** {@code input is name(arguments)}. */
  record Test(Position at, Expr input, String name, CallArguments arguments) implements Expr {
    @Override
    public List<Expr> children() {
      return arguments.after(input);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.test(this);
    }
  }
}
