// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.conformance.Conformance;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.time.Duration;

/**
 * What the processes of the tests' jobs run: the first argument says what. System properties:
 * {@code deadline} in milliseconds, {@code small} to cut everything into small messages.
 */
final class RankProgram {
  private RankProgram() {}

  /** Behaves as the command line does: reports what is thrown, tells the others, and exits. */
  public static void main(String[] args) {
    Duration deadline = Duration.ofMillis(Long.getLong("deadline", 30_000));
    Settings settings = Settings.of(deadline);
    if (Boolean.getBoolean("small")) {
      settings = new Settings(settings.library(), deadline, new Limits(3000, 1000, 9000, 100));
    }
    int status = 0;
    try (MpiRanks ranks = MpiRanks.open(settings);
        Arena arena = new DirectArena()) {
      System.out.println("rank " + ranks.world().rank() + " pid " + ProcessHandle.current().pid());
      try {
        run(args[0], ranks.world(), arena);
        System.out.println("rank " + ranks.world().rank() + " is done");
      } catch (RuntimeException | Error e) {
        System.err.println(e);
        // All ranks refuse by themselves when they differ.
        if (!(e instanceof DisagreementException)) {
          ranks.world().abort(e);
        }
        throw e;
      }
    } catch (RuntimeException | Error e) {
      System.err.println(e);
      status = 1;
    }
    Runtime.getRuntime().halt(status);
  }

  private static void run(String what, ProcessGroup world, Arena arena) {
    switch (what) {
      case "conformance" -> Conformance.runAll(world, arena);
      case "huge" -> huge(world);
      case "loop" -> new CheckedLoop(world, arena).run(Long.getLong("rounds", Long.MAX_VALUE));
      case "disagree" ->
          Agreement.requireSame(world, "digest", world.rank() == 1 ? "beta" : "alpha");
      case "throw" -> fail(world, arena);
      case "absent" -> absent(world, arena);
      case "other size" -> sum(world, arena, 10 + world.rank(), "sizes");
      case "other collective" -> otherCollective(world, arena);
      case "leave" -> leave(world, arena);
      case "signals" -> signals(world, arena);
      case "again" -> MpiRanks.open(Duration.ofSeconds(5));
      default -> throw new IllegalArgumentException(what);
    }
  }

  /** In memory of the engine, as buffers of Java are smaller. */
  private static void huge(ProcessGroup world) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      Conformance.huge().run(world, arena);
      world.barrier("before the memory is freed").await();
    }
  }

  private static void sum(ProcessGroup world, Arena arena, int elements, String what) {
    Tensor buffer = arena.allocate(DType.F32, elements).set(new float[elements]);
    world.allReduce(buffer, Reduction.SUM, what).await();
  }

  private static void fail(ProcessGroup world, Arena arena) {
    sum(world, arena, 10, "before");
    if (world.rank() == 1) {
      throw new IllegalStateException("made to fail");
    }
    sum(world, arena, 10, "after");
  }

  private static void absent(ProcessGroup world, Arena arena) {
    sum(world, arena, 10, "before");
    ProcessGroup part = world.split(0, -world.rank(), "turned");
    if (world.rank() == 1) {
      sleep();
    }
    sum(part, arena, 100_000, "gradients of layer 3");
  }

  private static void otherCollective(ProcessGroup world, Arena arena) {
    if (world.rank() == 0) {
      world.barrier("first").await();
    } else {
      sum(world, arena, 10, "first");
    }
  }

  /** A process that ends without a word. */
  private static void leave(ProcessGroup world, Arena arena) {
    sum(world, arena, 10, "before");
    if (world.rank() == 1) {
      Runtime.getRuntime().halt(0);
    }
    sum(world, arena, 10, "after");
  }

  /** Compiled code finds null references by the signal that reading them raises. */
  @SuppressWarnings("NullAway")
  private static void signals(ProcessGroup world, Arena arena) {
    int found = 0;
    String[] texts = {"a", null};
    for (int i = 0; i < 200_000; i++) {
      try {
        found -= texts[i > 199_000 ? 1 : 0].length();
      } catch (NullPointerException expected) {
        found += 1000;
      }
    }
    if (found != 999 * 1000 - 199_001) {
      throw new AssertionError("found " + found);
    }
    sum(world, arena, 10, "after");
  }

  private static void sleep() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
