// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.ServiceLoader;
import java.util.StringJoiner;

/**
 * Runs kernels. An engine has a budget of compute threads, which trainers lease from; it is the
 * only state that all users of a process share.
 */
public interface Engine {
  /** Such as {@code torch}. */
  String name();

  /** The type that parameters, activations and gradients have. */
  DType computeType();

  /** How many compute threads there are to lease in all. */
  int threadBudget();

  /**
   * Leases a computing thread that spreads its kernels over {@code threads} cores. At least one is
   * granted even when the budget is spent, since ranks may outnumber cores; otherwise at most what
   * is left of the budget.
   */
  ComputeLease lease(int threads);

  /**
   * What is held at this moment by all users of the process; exact when none of them is at work.
   */
  EngineUse use();

  /**
   * Finds the engine of that name on the class path. The same name gives the same engine throughout
   * a process.
   *
   * @throws EngineException if there is none, or it cannot start here
   */
  static Engine named(String name) {
    StringJoiner found = new StringJoiner(", ");
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      if (provider.name().equals(name)) {
        return provider.engine();
      }
      found.add(provider.name());
    }
    throw new EngineException(
        "no engine named '" + name + "' on the class path; found: [" + found + "]");
  }
}
