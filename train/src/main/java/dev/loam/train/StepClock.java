// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** Is told when a part of a step ends; for benchmarks. */
@FunctionalInterface
public interface StepClock {
  /** Called when the named part ends. */
  void mark(String part);

  /** Measures nothing. */
  static StepClock none() {
    return part -> {};
  }
}
