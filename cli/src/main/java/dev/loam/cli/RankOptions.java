// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.parallel.Layout;
import dev.loam.parallel.ModelShape;
import dev.loam.parallel.pipeline.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a model is spread over threads of this process. */
final class RankOptions {
  /** Ranks that can be threads of one process. */
  static final int MOST = 1024;

  @Option(names = "--dp", paramLabel = "N", description = "Data-parallel ranks; by default 1.")
  private int dataParallel = 1;

  @Option(names = "--tp", paramLabel = "N", description = "Tensor-parallel ranks; by default 1.")
  private int tensorParallel = 1;

  @Option(names = "--pp", paramLabel = "N", description = "Pipeline stages; by default 1.")
  private int stages = 1;

  @Option(
      names = "--micro-batches",
      paramLabel = "N",
      description = "Micro batches of each data-parallel rank in a step; by default 1.")
  private int microBatches = 1;

  @Option(
      names = "--virtual-stages",
      paramLabel = "N",
      description = "Runs of layers of each stage, by default 1; more are an interleaved pipeline.")
  private int virtualStages = 1;

  @Option(
      names = "--gpipe",
      description = "All micro batches forward, then all backward; by default in turn (1F1B).")
  private boolean gpipe;

  @Option(
      names = "--zero",
      description = "Data-parallel ranks share the optimizer's states (ZeRO-1).")
  private boolean zero;

  @Option(
      names = "--sequence-parallel",
      description = "Tensor-parallel ranks share the tokens between layers.")
  private boolean sequenceParallel;

  Layout layout() {
    return Layout.of(dataParallel, tensorParallel, stages)
        .withMicroBatches(microBatches)
        .withVirtualStages(virtualStages)
        .withSequenceParallel(sequenceParallel)
        .withShardedOptimizer(zero);
  }

  PipelineSchedule schedule() {
    if (virtualStages > 1) {
      return PipelineSchedule.INTERLEAVED;
    }
    return gpipe ? PipelineSchedule.GPIPE : PipelineSchedule.ONE_F_ONE_B;
  }

  /**
   * What stands against a model on these ranks.
   *
   * @param tokens of a micro batch
   */
  List<String> problems(ModelShape shape, long tokens) {
    boolean sized =
        List.of(dataParallel, tensorParallel, stages).stream().allMatch(RankOptions::isSize);
    long ranks = sized ? (long) dataParallel * tensorParallel * stages : 0;
    if (ranks < 1 || ranks > MOST) {
      return List.of(
          String.format(
              "--dp %d x --tp %d x --pp %d must be 1 to %d ranks",
              dataParallel, tensorParallel, stages, MOST));
    }
    List<String> problems = new ArrayList<>(layout().problems(shape, (int) ranks));
    if (gpipe && virtualStages > 1) {
      problems.add("--gpipe has one run of layers on each stage; leave out --virtual-stages");
    }
    if (sequenceParallel && tokens % tensorParallel != 0) {
      problems.add(
          String.format(
              "--sequence-parallel divides the %d tokens of a micro batch (--batch x --seq) by --tp"
                  + " %d, which leaves a remainder",
              tokens, tensorParallel));
    }
    return problems;
  }

  private static boolean isSize(int size) {
    return size >= 1 && size <= MOST;
  }
}
