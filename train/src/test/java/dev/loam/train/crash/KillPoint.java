// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

/**
 * A place at which a process can be killed.
 *
 * @param moment when, relative to the operation
 * @param operation a file operation, as {@link StoppingStorage} names it
 */
record KillPoint(Moment moment, String operation) {
  /** When a process is killed; only writes have an inside. */
  enum Moment {
    BEFORE,
    WITHIN,
    AFTER
  }

  @Override
  public String toString() {
    return moment + " " + operation;
  }
}
