// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** What went wrong inside an expression; who knows the place makes the error of it. */
final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;

  Fault(String problem) {
    super(problem, null, false, false);
    this.problem = problem;
  }

  String problem() {
    return problem;
  }
}
