// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;

/**
 * What a macro is given and does.
 *
 * @param special which of {@link #SPECIAL} the body uses
 */
record MacroCode(String name, Signature signature, List<Stmt> body, List<String> special) {
  /** Names that have a meaning inside macros. */
  static final List<String> SPECIAL = List.of("caller", "kwargs", "varargs");

  static MacroCode of(String name, Signature signature, List<Stmt> body) {
    return new MacroCode(
        name, signature, body, SPECIAL.stream().filter(s -> Mentions.of(body, s)).toList());
  }
}
