// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.parallel.Layout;
import dev.loam.parallel.Position;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.TrainingData;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.machine.ProcessMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a run will take on this machine: memory by rank and part, and the time of a step.
 *
 * @param layout how it is spread over ranks
 * @param ranks what each rank takes, in order
 * @param localRanks how many of them share this machine
 * @param process what each process takes beside its ranks' memory, in bytes: Java, the native
 *     library, and what grows with their use
 * @param processes of this machine
 * @param limit all memory of the machine, in bytes
 * @param speed of the machine
 * @param computeThreads of all ranks of the machine together
 * @param tokens of a global batch
 */
public record RunPlan(
    Layout layout,
    List<RankPlan> ranks,
    int localRanks,
    long process,
    int processes,
    long limit,
    MachineSpeed speed,
    int computeThreads,
    long tokens) {
  /** Copies the list. */
  public RunPlan {
    ranks = List.copyOf(ranks);
  }

  /**
   * Plans a run whose ranks are threads of this process. The native library is started, if it was
   * not, and the data's shape is looked at; nothing else is touched.
   *
   * @param threads compute threads in all
   * @param rate operations a second of matrix products with all threads, if it is known; otherwise
   *     measured
   */
  public static RunPlan of(TrainingConfig config, Engine engine, int threads, OptionalDouble rate) {
    try (ComputeLease lease = engine.lease(threads)) {
      return of(config, lease, config.parallel().layout().worldSize(), 1, rate);
    }
  }

  /**
   * Plans a run.
   *
   * @param lease the compute threads of this process
   * @param localRanks how many ranks share the machine
   * @param processes how many processes they are
   */
  public static RunPlan of(
      TrainingConfig config,
      ComputeLease lease,
      int localRanks,
      int processes,
      OptionalDouble rate) {
    Layout layout = config.parallel().layout();
    int length = TrainingData.sequenceLength(lease, config);
    int tokens = Math.multiplyExact(config.batchSize(), length);
    Rehearsal rehearsal = new Rehearsal(config, length, lease.kernels(), lease.computeType());
    List<RankPlan> ranks = ranks(layout, rehearsal);
    MachineSpeed speed = MachineSpeed.measure(lease).times(processes);
    int own = localRanks / processes;
    return new RunPlan(
        layout,
        ranks,
        localRanks,
        Overhead.bytes(config.model(), layout, length, own, Math.max(1, lease.threads() / own)),
        processes,
        ProcessMemory.limit(),
        rate.isPresent() ? new MachineSpeed(rate.getAsDouble(), speed.bytes()) : speed,
        lease.threads() * processes,
        (long) tokens * layout.microBatches() * layout.dataParallel());
  }

  /** Replicas do the same, unless each has a share of the moments. */
  private static List<RankPlan> ranks(Layout layout, Rehearsal rehearsal) {
    List<RankPlan> ranks = new ArrayList<>();
    for (int rank = 0; rank < layout.worldSize(); rank++) {
      Position at = layout.position(rank);
      int first = layout.rank(at.stage(), 0, at.tensor());
      ranks.add(
          first == rank || layout.shardedOptimizer()
              ? rehearsal.of(rank)
              : ranks.get(first).as(rank, at));
    }
    return ranks;
  }

  /** All memory of the ranks of this machine, the largest ones, and of its processes. */
  public long bytes() {
    long memory =
        ranks.stream()
            .mapToLong(RankPlan::bytes)
            .map(bytes -> -bytes)
            .sorted()
            .map(bytes -> -bytes)
            .limit(localRanks)
            .sum();
    return memory + processes * process;
  }

  /** Whether the machine has that much. */
  public boolean fits() {
    return bytes() <= limit;
  }

  /**
   * Seconds of a step. Ranks that share this machine's cores wait for each other's work; ranks that
   * have cores of their own wait for the slowest, and in a pipeline for those before and after.
   */
  public double stepSeconds() {
    double all = ranks.stream().mapToDouble(this::machineSeconds).sum() * localRanks / ranks.size();
    double slowest = ranks.stream().mapToDouble(this::machineSeconds).max().orElse(0);
    double share = Math.min(1, Math.max(1, computeThreads / localRanks) / (double) computeThreads);
    int passes = layout.microBatches() * layout.virtualStages();
    double idle = (passes + layout.pipelineStages() - 1.0) / passes;
    return Math.max(all, slowest / share * idle);
  }

  /** The time of a rank's work if it had the machine for itself. */
  private double machineSeconds(RankPlan rank) {
    return rank.operations() / speed.operations()
        + (rank.movedBytes() + 2 * rank.sentBytes()) / speed.bytes();
  }
}
