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
    Section pipeline = context.section("pipeline_config");
    Layout layout = layout(modelConfig, context);
    String scheduler = scheduler(pipeline, layout);
    ignoreOthers(context);
    if (root.flag("use_parallel", true)) {
      noteUnused(layout);
    } else {
      layout = alone(layout);
    }
    layout = checked(layout, model);
    boolean strict = strict(layout, compat);
    Batches.Dealing dealing = strict ? Batches.Dealing.BLOCKS : Batches.Dealing.CONSECUTIVE;
    int seconds = root.integer("collective_timeout", DEFAULT_DEADLINE_SECONDS, 1, 1 << 24);
    return new ParallelConfig(
        layout,
        schedule(scheduler, layout),
        strict,
        compat ? Batches.Dealing.ROUND_ROBIN : dealing,
        Duration.ofSeconds(seconds),
        root.flag("memory_check", true));
  }

  private Layout layout(Section modelConfig, Section context) {
    int stages = sizes.integer("pipeline_stage", 1, 1, MOST);
    return Layout.of(
            sizes.integer("data_parallel", 1, 1, MOST),
            sizes.integer("model_parallel", 1, 1, MOST),
            stages)
        .withMicroBatches(microBatches(stages))
        .withVirtualStages(modelConfig.integer("pp_interleave_num", 1, 1, MOST))
        .withOffset(modelConfig.integerRows("offset"))
        .withSequenceParallel(sizes.flag("use_seq_parallel", false))
        .withShardedOptimizer(context.flag("enable_parallel_optimizer", false));
  }

  /** A pipeline has its own key, and then the other does not count. */
  private int microBatches(int stages) {
    int inPipeline = sizes.integer("micro_batch_num", 1, 1, 1 << 20);
    return stages > 1 ? inPipeline : accumulation();
  }

  private void noteUnused(Layout layout) {
    if (layout.pipelineStages() > 1 && accumulation() > 1) {
      problems.ignored("runner_config.gradient_accumulation_steps (micro_batch_num counts)");
    } else if (layout.pipelineStages() == 1 && sizes.integer("micro_batch_num").orElse(1L) > 1) {
      problems.ignored("parallel_config.micro_batch_num (pipeline_stage is 1)");
    }
  }

  private int accumulation() {
    return root.section("runner_config").integer("gradient_accumulation_steps", 1, 1, 1 << 20);
  }

  /** What {@code use_parallel: False} leaves. */
  private Layout alone(Layout written) {
    Layout single = Layout.single().withMicroBatches(accumulation());
    if (!single.equals(written)) {
      problems.ignored("parallel_config (use_parallel is False)");
    }
    return single;
  }

  private static String scheduler(Section pipeline, Layout layout) {
    String name = pipeline.text("pipeline_scheduler", "1f1b");
    boolean chunks = layout.virtualStages() > 1;
    if (!List.of("1f1b", "gpipe").contains(name)) {
      pipeline.problem("pipeline_scheduler", "= " + name + " is not available; use 1f1b or gpipe");
    } else if (chunks && name.equals("gpipe")) {
      pipeline.problem(
          "pipeline_scheduler",
          "= gpipe has one run of layers on each stage; use 1f1b, or pp_interleave_num 1");
    }
    if (!pipeline.flag("pipeline_interleave", chunks) && chunks) {
      pipeline.problem(
          "pipeline_interleave",
          "= False contradicts model.model_config.pp_interleave_num "
              + layout.virtualStages()
              + "; use True, or pp_interleave_num 1");
    }
    return name;
  }

  private static PipelineSchedule schedule(String scheduler, Layout layout) {
    if (layout.virtualStages() > 1) {
      return PipelineSchedule.INTERLEAVED;
    }
    return scheduler.equals("gpipe") ? PipelineSchedule.GPIPE : PipelineSchedule.ONE_F_ONE_B;
  }

  /** The layout, or one rank in place of one that is impossible. */
  private Layout checked(Layout layout, Optional<Qwen3Config> model) {
    long ranks = (long) layout.dataParallel() * layout.tensorParallel() * layout.pipelineStages();
    if (ranks > MOST) {
      problem("needs " + ranks + " ranks; at most " + MOST + " are possible");
      return Layout.single();
    }
    model.ifPresent(m -> layout.problems(m.shape(), (int) ranks).forEach(this::problem));
    return layout;
  }

  /** Of several keys together, so the place is the section's where the file has it. */
  private void problem(String problem) {
    root.section("parallel_config").problem(problem);
  }

  /** Tokens of a micro batch are divided among tensor-parallel ranks, if they are at all. */
  static void checkTokens(Section root, Layout layout, long tokens) {
    if (layout.sequenceParallel() && tokens % layout.tensorParallel() != 0) {
      root.section("parallel_config")
          .problem(
              "use_seq_parallel",
              "divides the tokens of a micro batch among ranks: "
                  + tokens
                  + " is no multiple of model_parallel "
                  + layout.tensorParallel());
    }
  }

  private boolean strict(Layout layout, boolean compat) {
    String asked = root.choice("determinism", "D1", List.of("D1", "D2"));
    boolean strict = asked.equals("D2");
    int replicas = layout.dataParallel();
    if (strict && Integer.bitCount(replicas) != 1) {
      root.problem(
          "determinism",
          "= D2 needs a power of two of data-parallel replicas, not " + replicas + "; use D1");
    } else if (strict && compat && replicas > 1) {
      root.problem(
          "determinism",
          "= D2 needs neighbouring samples on each replica, which upstream_compat deals out in turn;"
              + " use D1");
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
    context.ignore(
        "parallel_mode",
        "full_batch",
        "dataset_strategy",
        "enable_alltoall",
        "search_mode",
        "gradients_mean",
        "parallel_optimizer_config",
        "optimizer_weight_shard_size",
        "strategy_ckpt_config",
        "strategy_ckpt_save_file",
        "comm_fusion",
        "auto_parallel_search_mode",
        "device_num",
        "loss_repeated_mean",
        "communi_parallel_mode",
        "all_reduce_fusion_config",
        "group_ckpt_save_file");
  }
}
