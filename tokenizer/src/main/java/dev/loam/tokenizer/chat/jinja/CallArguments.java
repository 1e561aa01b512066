// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of a call as they are written.
 *
 * @param star what stands behind {@code *}
 * @param doubleStar what stands behind {@code **}
 */
record CallArguments(
    List<Expr> positional,
    List<String> names,
    List<Expr> named,
    Optional<Expr> star,
    Optional<Expr> doubleStar) {
  static final CallArguments NONE =
      new CallArguments(List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());

  /** All expressions, with another before them. */
  List<Expr> after(Expr first) {
    List<Expr> all = new ArrayList<>();
    all.add(first);
    all.addAll(all());
    return all;
  }

  List<Expr> all() {
    List<Expr> all = new ArrayList<>(positional);
    all.addAll(named);
    star.ifPresent(all::add);
    doubleStar.ifPresent(all::add);
    return all;
  }
}
