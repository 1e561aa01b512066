// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Whether statements read a variable anywhere inside them. */
final class Mentions {
  private Mentions() {}

  static boolean of(List<Stmt> statements, String name) {
    for (Stmt statement : statements) {
      if (statement.expressions().stream().anyMatch(e -> mentions(e, name))
          || statement.bodies().stream().anyMatch(body -> of(body, name))) {
        return true;
      }
    }
    return false;
  }

  private static boolean mentions(Expr expression, String name) {
    Deque<Expr> open = new ArrayDeque<>(List.of(expression));
    while (!open.isEmpty()) {
      Expr next = open.pop();
      if (next instanceof Expr.Name found && found.name().equals(name)) {
        return true;
      }
      next.children().forEach(open::push);
    }
    return false;
  }
}
