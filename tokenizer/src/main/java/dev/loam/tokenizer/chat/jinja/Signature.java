// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;

/** The parameters of a macro; the last of them may have defaults. */
record Signature(List<String> parameters, List<Expr> defaults) {
  static final Signature EMPTY = new Signature(List.of(), List.of());
}
