// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.Batches;
import dev.loam.parallel.Layout;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.train.LossReduction;
import dev.loam.train.ReplicaShare;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a run is spread over ranks, as MindFormers' keys and Loam's own say it. */
class ParallelSectionTest {
  /** Four layers and heads; the sections under test follow from line 6 on. */
  private static final String MODEL = ConfigFiles.MINIMAL.replace("num_layers: 2", "num_layers: 4");

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  private ParallelConfig read(String more) {
    return files.read(MODEL + more).parallel();
  }

  private ParallelConfig read(Map<String, String> overrides) {
    return files.read(MODEL, overrides).parallel();
  }

  @Test
  void oneRankByDefault() {
    assertThat(read(""))
        .isEqualTo(
            new ParallelConfig(
                Layout.single(),
                PipelineSchedule.ONE_F_ONE_B,
                false,
                Batches.Dealing.CONSECUTIVE,
                Duration.ofMinutes(30),
                true));
  }

  @Test
  void everyKeyIsMapped() {
    TrainingConfig config =
        files.read(
            MODEL.replace(
                    "num_heads: 4", "num_heads: 4, pp_interleave_num: 2, offset: [[0, 0], [0, 0]]")
                + """
                determinism: D2
                loss_reduction: rank_micro_mean
                collective_timeout: 7
                memory_check: False
                use_parallel: True
                parallel_config:
                  data_parallel: 4
                  model_parallel: 2
                  pipeline_stage: 2
                  micro_batch_num: 6
                  use_seq_parallel: True
                parallel:
                  enable_parallel_optimizer: True
                  pipeline_config: {pipeline_scheduler: 1f1b, pipeline_interleave: True}
                """);
    assertThat(config.parallel())
        .isEqualTo(
            new ParallelConfig(
                new Layout(4, 2, 2, 2, 6, List.of(List.of(0, 0), List.of(0, 0)), true, true),
                PipelineSchedule.INTERLEAVED,
                true,
                Batches.Dealing.BLOCKS,
                Duration.ofSeconds(7),
                false));
    assertThat(config.reduction()).isEqualTo(LossReduction.RANK_MICRO_MEAN);
    assertThat(config.ignoredKeys()).isEmpty();
    assertThat(config.parallel().share(3))
        .isEqualTo(new ReplicaShare(3, 4, 6, Batches.Dealing.BLOCKS));
  }

  @Test
  void microBatchesAreThoseOfThePipelineOrOfAccumulation() {
    String both =
        """
        runner_config: {gradient_accumulation_steps: 3}
        parallel_config: {micro_batch_num: 5, pipeline_stage: %d}
        """;
    TrainingConfig one = files.read(MODEL + both.formatted(1));
    assertThat(one.parallel().layout().microBatches()).isEqualTo(3);
    assertThat(one.ignoredKeys())
        .containsExactly("parallel_config.micro_batch_num (pipeline_stage is 1)");
    TrainingConfig two = files.read(MODEL + both.formatted(2));
    assertThat(two.parallel().layout().microBatches()).isEqualTo(5);
    assertThat(two.ignoredKeys())
        .containsExactly("runner_config.gradient_accumulation_steps (micro_batch_num counts)");
    assertThat(read("parallel_config: {pipeline_stage: 2}").layout().microBatches()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1f1b, ONE_F_ONE_B", "gpipe, GPIPE"})
  void schedulers(String name, PipelineSchedule schedule) {
    String more =
        """
        parallel_config: {pipeline_stage: 2}
        parallel: {pipeline_config: {pipeline_interleave: %s, pipeline_scheduler: %s}}
        """;
    assertThat(read(more.formatted("False", name)).schedule()).isEqualTo(schedule);
    // Without several runs of layers there is nothing to interleave.
    assertThat(read(more.formatted("True", name)).schedule()).isEqualTo(schedule);
  }

  @Test
  void offsets() {
    Map<String, String> two = Map.of("parallel_config.pipeline_stage", "2");
    assertThat(files.read(MODEL, two).parallel().layout().offset()).isEmpty();
    assertThat(files.read(offset("0"), two).parallel().layout().offset()).isEmpty();
    assertThat(files.read(offset("[1, -1]"), two).parallel().layout().offset())
        .containsExactly(List.of(1, -1));
    assertThat(files.read(offset("[[1, -1]]"), two).parallel().layout().offset())
        .containsExactly(List.of(1, -1));
  }

  private static String offset(String value) {
    return MODEL.replace("num_heads: 4", "num_heads: 4, offset: " + value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "per_token|PER_TOKEN",
        "micro_mean|MICRO_MEAN",
        "rank_micro_mean|RANK_MICRO_MEAN",
      })
  void lossReductions(String name, LossReduction reduction) {
    assertThat(files.read(MODEL, Map.of("loss_reduction", name)).reduction()).isEqualTo(reduction);
  }

  @Test
  void lossReductionWinsOverUpstreamsFlag() {
    assertThat(files.read(MODEL, Map.of("calculate_per_token_loss", "False")).reduction())
        .isEqualTo(LossReduction.MICRO_MEAN);
    assertThat(
            files
                .read(
                    MODEL,
                    Map.of("calculate_per_token_loss", "False", "loss_reduction", "per_token"))
                .reduction())
        .isEqualTo(LossReduction.PER_TOKEN);
  }

  @Test
  void dealing() {
    assertThat(read(Map.of("upstream_compat", "True")).dealing())
        .isEqualTo(Batches.Dealing.ROUND_ROBIN);
    assertThat(read(Map.of("upstream_compat", "True", "determinism", "D2")).dealing())
        .isEqualTo(Batches.Dealing.ROUND_ROBIN);
    assertThat(read(Map.of("determinism", "D1")).dealing()).isEqualTo(Batches.Dealing.CONSECUTIVE);
    assertThat(read(Map.of("determinism", "D2")).dealing()).isEqualTo(Batches.Dealing.BLOCKS);
  }

  @Test
  void withoutUseParallelThereIsOneRank() {
    TrainingConfig config =
        files.read(
            MODEL.replace("num_heads: 4", "num_heads: 4, pp_interleave_num: 2, offset: [9]")
                + """
                determinism: D2
                use_parallel: False
                runner_config: {gradient_accumulation_steps: 3}
                parallel_config:
                  {data_parallel: 3, model_parallel: 3, pipeline_stage: 3, micro_batch_num: 5,
                   use_seq_parallel: True}
                """);
    assertThat(config.parallel().layout()).isEqualTo(Layout.single().withMicroBatches(3));
    assertThat(config.parallel().schedule()).isEqualTo(PipelineSchedule.ONE_F_ONE_B);
    assertThat(config.ignoredKeys()).containsExactly("parallel_config (use_parallel is False)");
    assertThat(files.read(MODEL, Map.of("use_parallel", "False")).ignoredKeys()).isEmpty();
  }

  @Test
  void upstreamsOtherKeysAreListedAsIgnored() {
    TrainingConfig config =
        files.read(
            MODEL
                + """
                parallel_config:
                  context_parallel: 1
                  expert_parallel: 1
                  seq_split_num: 1
                  optimizer_shard: True
                  gradient_aggregation_group: 4
                  vocab_emb_dp: True
                  context_parallel_algo: colossalai_cp
                  ulysses_degree_in_cp: 1
                  mem_coeff: 0.1
                parallel:
                  parallel_mode: 1
                  full_batch: True
                  dataset_strategy: [[1, 1]]
                  enable_alltoall: False
                  search_mode: sharding_propagation
                  gradients_mean: False
                  parallel_optimizer_config:
                    {gradient_accumulation_shard: False, parallel_optimizer_threshold: 64}
                  strategy_ckpt_config: {save_file: ./s.ckpt, only_trainable_params: False}
                  comm_fusion: {allreduce: {mode: auto}}
                """);
    assertThat(config.parallel().layout()).isEqualTo(Layout.single());
    assertThat(config.ignoredKeys())
        .containsExactly(
            "parallel_config.optimizer_shard",
            "parallel_config.gradient_aggregation_group",
            "parallel_config.vocab_emb_dp",
            "parallel_config.context_parallel_algo",
            "parallel_config.ulysses_degree_in_cp",
            "parallel_config.mem_coeff",
            "parallel.parallel_mode",
            "parallel.full_batch",
            "parallel.dataset_strategy",
            "parallel.enable_alltoall",
            "parallel.search_mode",
            "parallel.gradients_mean",
            "parallel.parallel_optimizer_config",
            "parallel.strategy_ckpt_config",
            "parallel.comm_fusion");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parallel_config|data_parallel|0|7:18|must be from 1 to 65536, not 0",
        "parallel_config|model_parallel|65537|7:19|must be from 1 to 65536, not 65537",
        "parallel_config|pipeline_stage|two|7:19|must be a whole number, not 'two'",
        "parallel_config|micro_batch_num|-1|7:20|must be from 1 to 1048576, not -1",
        "parallel_config|use_seq_parallel|1|7:21|must be True or False, not '1'",
        "parallel_config|context_parallel|2|7:21|= 2 is not available: contexts are not divided",
        "parallel_config|expert_parallel|2|7:20|= 2 is not available: dense models have no",
        "parallel_config|seq_split_num|2|7:18|= 2 is not available: sequences are not divided",
        "parallel|enable_parallel_optimizer|[1]|7:30|must be True or False, not a list",
        "parallel|pipeline_config|1f1b|7:20|must be a section of keys and values",
        "runner_config|gradient_accumulation_steps|0|7:32|must be from 1 to 1048576, not 0",
      })
  void wrongValuesAreNamedWithTheirPlace(
      String section, String key, String value, String place, String problem) {
    files
        .refused(MODEL + section + ":\n  " + key + ": " + value + "\n")
        .hasMessageStartingWith(
            files.file() + ":" + place + ": " + section + "." + key + " " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "determinism|D3|must be D1 or D2, not 'D3'; did you mean D1?",
        "collective_timeout|0|must be from 1 to 16777216, not 0",
        "loss_reduction|mean|must be per_token, micro_mean or rank_micro_mean, not 'mean'",
        "use_parallel|maybe|must be True or False, not 'maybe'",
      })
  void wrongValuesAtTheTop(String key, String value, String problem) {
    files
        .refused(MODEL + key + ": " + value + "\n")
        .hasMessage(files.file() + ":6:" + (key.length() + 3) + ": " + key + " " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parallel_config|data_paralel|parallel_config.data_parallel",
        "parallel_config|microbatch_num|parallel_config.micro_batch_num",
        "parallel|enable_paralel_optimizer|parallel.enable_parallel_optimizer",
        "parallel|pipelineconfig|parallel.pipeline_config",
      })
  void unknownKeys(String section, String key, String meant) {
    files
        .refused(MODEL + section + ":\n  " + key + ": 2\n")
        .hasMessage(
            files.file()
                + ":7:3: unknown key "
                + section
                + "."
                + key
                + "; did you mean "
                + meant
                + "?");
  }

  @Test
  void pipelineConfig() {
    String pipeline = "parallel_config: {pipeline_stage: 2}\nparallel:\n  pipeline_config:\n    ";
    String chunks = MODEL.replace("num_heads: 4", "num_heads: 4, pp_interleave_num: 2");
    files
        .refused(MODEL + pipeline + "pipeline_schedular: gpipe\n")
        .hasMessage(
            files.file()
                + ":9:5: unknown key parallel.pipeline_config.pipeline_schedular; did you mean"
                + " parallel.pipeline_config.pipeline_scheduler?");
    files
        .refused(MODEL + pipeline + "pipeline_scheduler: seqpipe\n")
        .hasMessage(
            files.file()
                + ":9:25: parallel.pipeline_config.pipeline_scheduler = seqpipe is not available;"
                + " use 1f1b or gpipe");
    String even = "runner_config: {epochs: 1}\n";
    files
        .refused(
            chunks + pipeline + "pipeline_scheduler: gpipe\n" + even,
            Map.of("parallel_config.micro_batch_num", "2"))
        .hasMessageContaining(
            ":9:25: parallel.pipeline_config.pipeline_scheduler = gpipe has one run of layers");
    files
        .refused(
            chunks + pipeline + "pipeline_interleave: False\n" + even,
            Map.of("parallel_config.micro_batch_num", "2"))
        .hasMessageContaining(
            ":9:26: parallel.pipeline_config.pipeline_interleave = False contradicts"
                + " model.model_config.pp_interleave_num 2; use True, or pp_interleave_num 1");
  }

  @Test
  void strictRunsNeedAPowerOfTwoOfReplicas() {
    files
        .refused(MODEL + "determinism: D2\nparallel_config: {data_parallel: 3}\n")
        .hasMessage(
            files.file()
                + ":6:14: determinism = D2 needs a power of two of data-parallel replicas, not 3;"
                + " use D1");
    assertThat(read("parallel_config: {data_parallel: 3}\n").layout().dataParallel()).isEqualTo(3);
  }

  @Test
  void whatTheModelForbidsIsSaidAllAtOnce() {
    files
        .refused(
            offset("[1, 2, 3]")
                + "parallel_config:\n  {data_parallel: 2, model_parallel: 3, pipeline_stage: 2}\n")
        .hasMessageContainingAll(
            files.file() + ":6:1: parallel_config: tensor parallel 3 does not divide the 4",
            "attention heads; choose one of 1, 2, 4",
            "the 4 key and value heads",
            "the 16 columns of the feed-forward network",
            "offset [[1, 2, 3]] does not fit; it needs 2 numbers");
    files
        .refused(MODEL, Map.of("parallel_config.pipeline_stage", "5"))
        .hasMessageContaining("parallel_config: 4 layers cannot fill 5 pipeline stages");
    files
        .refused(offset("x"))
        .hasMessageContaining("offset must be 0, a list of whole numbers or a list of such lists");
  }

  @Test
  void moreRanksThanNumbersCanHold() {
    files
        .refused(
            MODEL
                + "parallel_config: {data_parallel: 65536, model_parallel: 65536, pipeline_stage:"
                + " 65536}\n")
        .hasMessage(
            files.file()
                + ":6:1: parallel_config: needs 281474976710656 ranks; at most 65536 are"
                + " possible");
  }

  @Test
  void sequenceParallelismDividesTheTokens() {
    String megatron =
        MODEL.replace(
            "{type: TokenFileDataLoader, path: data.safetensors}",
            "{type: BlendedMegatronDatasetDataLoader, sizes: [4, 0, 0],\n"
                + "      config: {seq_length: 17, data_path: [x]}}");
    String ranks = "parallel_config: {model_parallel: 2, use_seq_parallel: True}\n";
    files
        .refused(megatron + ranks)
        .hasMessage(
            files.file()
                + ":7:56: parallel_config.use_seq_parallel divides the tokens of a micro batch"
                + " among ranks: 17 is no multiple of model_parallel 2");
    assertThat(files.read(megatron + ranks, Map.of("batch_size", "2")).parallel().layout())
        .isEqualTo(Layout.of(1, 2, 1).withSequenceParallel(true));
  }
}
