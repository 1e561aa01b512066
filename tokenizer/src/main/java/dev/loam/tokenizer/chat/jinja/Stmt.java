// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A part of a template. */
sealed interface Stmt {
  Position at();

  /** The expressions in it, but for those of the statements inside. */
  List<Expr> expressions();

  /** The statements inside. */
  List<List<Stmt>> bodies();

  /** Text of the template. */
  record Data(Position at, Text text) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return List.of();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of();
    }
  }

  /** {@code {{ value }}}. */
  record Print(Position at, Expr value) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return List.of(value);
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of();
    }
  }

  /** {@code if}, {@code elif}, {@code else}: as many tests as bodies, or one less. */
  record If(Position at, List<Expr> tests, List<List<Stmt>> bodies) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return tests;
    }
  }

  /** {@code for}. */
  record For(
      Position at,
      Target target,
      Expr iterable,
      Optional<Expr> test,
      List<Stmt> body,
      List<Stmt> otherwise)
      implements Stmt {
    @Override
    public List<Expr> expressions() {
      List<Expr> all = new ArrayList<>(List.of(iterable));
      test.ifPresent(all::add);
      return all;
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body, otherwise);
    }
  }

  /** {@code set target = value}. */
  record Assign(Position at, Target target, Expr value) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return List.of(value);
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of();
    }
  }

  /** {@code set} around a body. */
  record AssignBlock(Position at, Target target, List<FilterCall> filters, List<Stmt> body)
      implements Stmt {
    @Override
    public List<Expr> expressions() {
      return filters.stream().flatMap(f -> f.arguments().all().stream()).toList();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** {@code macro}. */
  record Macro(Position at, String name, Signature signature, List<Stmt> body) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return signature.defaults();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** {@code call}: a call that is handed the body as a macro. */
  record CallBlock(Position at, Signature signature, Expr.Call call, List<Stmt> body)
      implements Stmt {
    @Override
    public List<Expr> expressions() {
      List<Expr> all = new ArrayList<>(List.of(call));
      all.addAll(signature.defaults());
      return all;
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** A body that filters are applied to. */
  record FilterBlock(Position at, List<FilterCall> filters, List<Stmt> body) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return filters.stream().flatMap(f -> f.arguments().all().stream()).toList();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** {@code with}. */
  record With(Position at, List<Target> targets, List<Expr> values, List<Stmt> body)
      implements Stmt {
    @Override
    public List<Expr> expressions() {
      return values;
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** {@code generation}: the words of the assistant. */
  record Generation(Position at, List<Stmt> body) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return List.of();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of(body);
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(Position at, boolean leaves) implements Stmt {
    @Override
    public List<Expr> expressions() {
      return List.of();
    }

    @Override
    public List<List<Stmt>> bodies() {
      return List.of();
    }
  }
}
