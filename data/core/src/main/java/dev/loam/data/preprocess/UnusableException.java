// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

/** A line without a usable document; the message says why, not where. */
final class UnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String problem;

  UnusableException(String problem) {
    super(problem, null, false, false);
    this.problem = problem;
  }

  String problem() {
    return problem;
  }
}
