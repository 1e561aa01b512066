// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.Layout;
import dev.loam.parallel.pipeline.PipelineSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code parallel_config}, {@code parallel}, {@code use_parallel} and what else decides how a
 * run is spread over ranks, with the meaning they have in MindFormers.
 */
final class ParallelSection {
  private static final int MOST = 1 << 16;
  private static final int DEFAULT_DEADLINE_SECONDS = 1800;

  private final Section root;
  private final Section sizes;
  private final Problems problems;

  private ParallelSection(Section root, Problems problems) {
    this.root = root;
    this.sizes = root.section("parallel_config");
    this.problems = problems;
  }

  static ParallelConfig read(
      Section root, Problems problems, Optional<Qwen3Config> model, boolean compat) {
    return new ParallelSection(root, problems).read(model, compat);
  }

  private ParallelConfig read(Optional<Qwen3Config> model, boolean compat) {
    Section modelConfig = root.section("model").section("model_config");
    Section context = root.section("parallel");
    Layout layout = layout(modelConfig, context);
    PipelineSchedule schedule = schedule(context, layout);
    ignoreOthers(context);
    boolean parallel = root.flag("use_parallel", true);
    if (!parallel && layout.worldSize() > 1) {
      problems.ignored("parallel_config (use_parallel is False)");
      layout = Layout.single().withMicroBatches(accumulation());
    }
    Layout read = layout;
    model.ifPresent(m -> check(read, m));
    boolean strict = strict(read);
    Batches.Dealing dealing = strict ? Batches.Dealing.BLOCKS : Batches.Dealing.CONSECUTIVE;
    int seconds = root.integer("collective_timeout", DEFAULT_DEADLINE_SECONDS, 1, 1 << 24);
    return new ParallelConfig(
        read,
        schedule,
        strict,
        compat ? Batches.Dealing.ROUND_ROBIN : dealing,
        Duration.ofSeconds(seconds));
  }

  private Layout layout(Section modelConfig, Section context) {
    int stages = sizes.integer("pipeline_stage", 1, 1, MOST);
    int microBatches = sizes.integer("micro_batch_num", 1, 1, 1 << 20);
    return Layout.of(
            sizes.integer("data_parallel", 1, 1, MOST),
            sizes.integer("model_parallel", 1, 1, MOST),
            stages)
        .withMicroBatches(stages > 1 ? microBatches : accumulation())
        .withVirtualStages(modelConfig.integer("pp_interleave_num", 1, 1, MOST))
        .withOffset(modelConfig.integerRows("offset"))
        .withSequenceParallel(sizes.flag("use_seq_parallel", false))
        .withShardedOptimizer(context.flag("enable_parallel_optimizer", false));
  }

  /** Used where there is one stage; with more, micro_batch_num takes its place. */
  private int accumulation() {
    return root.section("runner_config").integer("gradient_accumulation_steps", 1, 1, 1 << 20);
  }

  private static PipelineSchedule schedule(Section context, Layout layout) {
    Section pipeline = context.section("pipeline_config");
    pipeline.flag("pipeline_interleave");
    String name = pipeline.text("pipeline_scheduler", "1f1b");
    pipeline.finish();
    if (!List.of("1f1b", "gpipe").contains(name)) {
      context.problem(
          "pipeline_config", "has pipeline_scheduler = " + name + "; 1f1b or gpipe is available");
    }
    if (layout.virtualStages() > 1) {
      return PipelineSchedule.INTERLEAVED;
    }
    return name.equals("gpipe") ? PipelineSchedule.GPIPE : PipelineSchedule.ONE_F_ONE_B;
  }

  private void check(Layout layout, Qwen3Config model) {
    layout.problems(model.shape(), layout.worldSize()).forEach(p -> sizes.problem("", p));
  }

  private boolean strict(Layout layout) {
    String asked = root.text("determinism", "D1");
    if (!List.of("D1", "D2").contains(asked)) {
      root.problem("determinism", "must be D1 or D2, not " + asked);
    }
    boolean strict = asked.equals("D2");
    int replicas = layout.dataParallel();
    if (strict && Integer.bitCount(replicas) != 1) {
      root.problem(
          "determinism",
          "= D2 needs a power of two of data-parallel replicas, not " + replicas + "; use D1");
    }
    return strict;
  }

  private void ignoreOthers(Section context) {
    sizes.only("context_parallel", "1", "contexts are not divided among ranks");
    sizes.only("expert_parallel", "1", "dense models have no experts");
    sizes.only("seq_split_num", "1", "sequences are not divided among stages");
    sizes.ignore(
        "optimizer_shard",
        "gradient_aggregation_group",
        "vocab_emb_dp",
        "context_parallel_algo",
        "ulysses_degree_in_cp",
        "mem_coeff");
    sizes.finish();
    context.ignore(
        "parallel_mode",
        "full_batch",
        "dataset_strategy",
        "enable_alltoall",
        "search_mode",
        "gradients_mean",
        "parallel_optimizer_config",
        "strategy_ckpt_config",
        "strategy_ckpt_save_file",
        "comm_fusion",
        "auto_parallel_search_mode",
        "device_num",
        "loss_repeated_mean",
        "communi_parallel_mode",
        "all_reduce_fusion_config",
        "group_ckpt_save_file");
    context.finish();
  }
}
