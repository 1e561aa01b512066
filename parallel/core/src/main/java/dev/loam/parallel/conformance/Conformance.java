// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a transport has to keep, as checks without a test framework. All ranks of a world run the
 * same checks in the same order, each with its own arena. Tests of faults are not here, since they
 * end a world.
 */
public final class Conformance {
  /** What a check does. */
  @FunctionalInterface
  interface Body {
    void run(ProcessGroup world, Arena arena);
  }

  /** One promise. */
  public static final class Check {
    private final String name;
    private final Body body;

    Check(String name, Body body) {
      this.name = name;
      this.body = body;
    }

    /** What is promised. */
    public String name() {
      return name;
    }

    /**
     * Runs the check on one rank; all ranks of the world have to.
     *
     * @param arena of this rank; its memory is in use until the world has ended
     * @throws AssertionError naming check and rank, if the promise is broken
     */
    public void run(ProcessGroup world, Arena arena) {
      try {
        body.run(world, arena);
      } catch (AssertionError e) {
        throw new AssertionError(
            name + ", rank " + world.rank() + " of " + world.size() + ": " + e.getMessage(), e);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private Conformance() {}

  /** All checks but {@link #huge}. */
  public static List<Check> checks() {
    return Stream.of(
            ReductionChecks.all(), CopyChecks.all(), MessageChecks.all(), GroupChecks.all())
        .flatMap(List::stream)
        .toList();
  }

  /** Runs all checks but {@link #huge} on one rank; all ranks of the world have to. */
  public static void runAll(ProcessGroup world, Arena arena) {
    for (Check check : checks()) {
      check.run(world, arena);
    }
  }

  /**
   * A tensor of more than 2^31 bytes, reduced, sent to all, and sent to one; takes 2 GiB a rank.
   */
  public static Check huge() {
    return new Check("tensors of more than 2^31 bytes", HugeCheck::run);
  }
}
