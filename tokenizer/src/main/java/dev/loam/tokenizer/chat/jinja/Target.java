// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;
import java.util.function.Consumer;

/** What is assigned to. */
sealed interface Target {
  Position at();

  /** A variable. */
  record Variable(Position at, String name) implements Target {}

  /** An attribute of a namespace. */
  record Member(Position at, String namespace, String attribute) implements Target {}

  /** Several, among which a sequence is shared out. */
  record Several(Position at, List<Target> targets) implements Target {}

  /** Hands out the variables and members inside. */
  default void forEach(Consumer<Target> consumer) {
    if (this instanceof Several several) {
      several.targets().forEach(t -> t.forEach(consumer));
    } else {
      consumer.accept(this);
    }
  }
}
