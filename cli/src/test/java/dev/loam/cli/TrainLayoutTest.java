// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on several ranks, which are threads of this process. */
class TrainLayoutTest {
  private static final String[] EIGHT_RANKS = {
    "parallel_config: {data_parallel: 2, model_parallel: 2, pipeline_stage: 2, micro_batch_num: 2,",
    "  use_seq_parallel: True}",
    "parallel: {enable_parallel_optimizer: True}"
  };

  @TempDir Path folder;

  private static Cli.Result train(Path config, Path output, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("train", "--config", config, "--output_dir", output));
    args.addAll(List.of("--runner_config.batch_size", 1));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void eightRanksTrainAsOne() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path one = folder.resolve("one");
    Path eight = folder.resolve("eight");
    train(run.layered(), one, "--gradient_accumulation_steps", 4).ok();
    Cli.Result result = train(run.layered(EIGHT_RANKS), eight, "--threads", 8).ok();
    assertThat(result.messages())
        .contains("layout: dp 2 x tp 2 x pp 2 (8 ranks), 2 micro batches, sequence parallel")
        .contains("sharded optimizer")
        .contains("global batch 4, 1 compute thread(s) a rank")
        .containsOnlyOnce("step     2/2 | loss ")
        .containsOnlyOnce("model saved in ");
    List<Double> losses = TinyRun.losses(eight);
    assertThat(losses).hasSize(2);
    for (int step = 0; step < 2; step++) {
      assertThat(losses.get(step)).isCloseTo(TinyRun.losses(one).get(step), within(1e-5));
    }
    assertThat(losses.get(1)).isNotEqualTo(losses.get(0));
    Cli.run("generate", "--model", eight.resolve("model"), "--prompt-ids", "[1,2]", "--json").ok();
  }

  @Test
  void strictRunsHaveTheSameBitsUnderAnyLayout() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path one = folder.resolve("one");
    Path four = folder.resolve("four");
    train(run.layered("determinism: D2"), one, "--gradient_accumulation_steps", 4, "--threads", 1)
        .ok();
    Cli.Result result =
        train(
                run.layered("determinism: D2"),
                four,
                "--parallel_config.data_parallel",
                2,
                "--parallel_config.pipeline_stage",
                2,
                "--parallel_config.micro_batch_num",
                2,
                "--threads",
                4)
            .ok();
    assertThat(result.messages()).contains("determinism D2");
    assertThat(TinyRun.losses(four)).isEqualTo(TinyRun.losses(one));
    assertThat(four.resolve("model").resolve("model.safetensors"))
        .hasSameBinaryContentAs(one.resolve("model").resolve("model.safetensors"));
  }

  @Test
  void allProblemsOfALayoutAtOnce() throws IOException {
    Path config =
        new TinyRun(folder)
            .layered(
                "determinism: D3",
                "parallel: {pipeline_config: {pipeline_scheduler: zero_bubble_v}}",
                "parallel_config: {data_parallel: 3, model_parallel: 33, pipeline_stage: 2}");
    Cli.assertRefused(
        train(config, folder.resolve("out"), "--model.model_config.offset", "[2, 1]"),
        ExitCodes.USAGE,
        "7 problems in the configuration",
        "tensor parallel 33 does not divide the 2 attention heads; choose one of 1, 2",
        "the 2 key and value heads",
        "the 32 columns of the feed-forward network",
        "tensor parallel 33 is more than the 32 tokens of the vocabulary",
        "offset [[2, 1]] sums to 3; 4 layers over 2 virtual stages leave 0",
        config + ":14:50: parallel.pipeline_config.pipeline_scheduler = zero_bubble_v is not",
        config + ":13:14: determinism must be D1 or D2, not 'D3'");
    Cli.assertRefused(
        train(config, folder.resolve("out"), "--parallel_config.pipeline_stage", 5),
        ExitCodes.USAGE,
        config + ":15:1: parallel_config: ",
        "4 layers cannot fill 5 pipeline stages");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void moreRanksThanThreadsCanBe() throws IOException {
    Cli.assertRefused(
        train(
            new TinyRun(folder).layered(),
            folder.resolve("out"),
            "--parallel_config.data_parallel",
            2000),
        ExitCodes.USAGE,
        "dp 2000 x tp 1 x pp 1 (2000 ranks) is more than 1024 threads of one process",
        "mpirun -n 2000");
  }

  @Test
  void withoutUseParallelThereIsOneRank() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path config = run.layered(EIGHT_RANKS);
    Cli.Result result =
        train(config, folder.resolve("out"), "--use_parallel", "False", "--threads", 2).ok();
    assertThat(result.messages())
        .contains("ignored keys: parallel_config (use_parallel is False)\n")
        .contains("8 steps, global batch 1, 2 compute threads")
        .doesNotContain("layout:");
  }

  @Test
  void wrongDataInARankIsToldOnce() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY);
    Cli.Result result = train(run.layered(EIGHT_RANKS), folder.resolve("out"));
    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.messages())
        .containsOnlyOnce("loam: ")
        .containsOnlyOnce("token id 32 ")
        .contains("loam: token id 32 in the batch after sample", "vocabulary of 32")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void aLossThatIsNoNumberNamesTheStep() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Cli.Result result =
        train(
            run.layered("parallel_config: {pipeline_stage: 2}"),
            folder.resolve("out"),
            "--lr_schedule.learning_rate",
            1e38);
    assertThat(result.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(result.messages())
        .containsOnlyOnce("loam: ")
        .containsPattern("loam: .*step 3: the (loss|gradient norm) is ")
        .doesNotContain("internal error", "\tat ");
  }
}
