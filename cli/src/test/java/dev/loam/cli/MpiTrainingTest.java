// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands whose ranks are the processes of an MPI job. */
class MpiTrainingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private MpiCli job;

  @BeforeEach
  void startsAJob() {
    job = MpiCli.job();
  }

  @Test
  void theSameBitsAsThreads() throws Exception {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path threads = folder.resolve("threads");
    Path mpi = folder.resolve("mpi");
    Cli.run(train(run, threads)).ok();
    Cli.Result result = job.ranks(4, train(run, mpi)).run(folder).ok();
    assertThat(result.messages())
        .containsOnlyOnce("layout: dp 2 x tp 1 x pp 2 (4 ranks)")
        .containsOnlyOnce("step     2/2 | loss ")
        .containsOnlyOnce("model saved in ")
        .contains(" 1 compute thread(s) a rank");
    assertThat(result.out()).isEmpty();
    assertThat(TinyRun.losses(mpi)).hasSize(2).isEqualTo(TinyRun.losses(threads));
    assertThat(mpi.resolve("model").resolve("model.safetensors"))
        .hasSameBinaryContentAs(threads.resolve("model").resolve("model.safetensors"));
  }

  private static Object[] train(TinyRun run, Path output) throws IOException {
    return new Object[] {
      "train",
      "--config",
      run.layered(),
      "--threads",
      4,
      "--output_dir",
      output,
      "--parallel_config.data_parallel",
      2,
      "--parallel_config.pipeline_stage",
      2,
      "--parallel_config.micro_batch_num",
      2,
      "--stop_step",
      2,
      "--runner_config.batch_size",
      1
    };
  }

  @Test
  void savedByProcessesAndGoneOnByThreads() throws Exception {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path threads = folder.resolve("threads");
    Path mpi = folder.resolve("mpi");
    Object[] epochs = {"--runner_config.epochs", 2, "--stop_step", 4};
    Cli.run(Cli.with(train(run, threads), epochs)).ok();
    job.ranks(4, train(run, mpi)).run(folder).ok();
    Cli.Result resumed =
        Cli.run(Cli.with(Cli.with(train(run, mpi), epochs), "--resume_training", "True")).ok();
    assertThat(resumed.messages()).contains("resumed: after step 2, from ");
    assertThat(TinyRun.losses(mpi)).hasSize(4).isEqualTo(TinyRun.losses(threads));
    assertThat(mpi.resolve("model").resolve("model.safetensors"))
        .hasSameBinaryContentAs(threads.resolve("model").resolve("model.safetensors"));
  }

  @Test
  void anotherNumberOfProcessesIsRefusedOnce() throws Exception {
    TinyRun run = new TinyRun(folder).withData(9);
    Cli.Result result = job.ranks(2, train(run, folder.resolve("mpi"))).run(folder);
    assertRefusedOnce(
        result,
        "loam: dp 2 x tp 1 x pp 2 (4 ranks), 2 micro batches needs 4 processes, but 2 were"
            + " started; use mpirun -n 4, or change parallel_config\n");
    assertThat(folder.resolve("mpi")).doesNotExist();
  }

  @Test
  void aWrongConfigurationIsToldOnce() throws Exception {
    Path config = new TinyRun(folder).config("sede: 1");
    assertRefusedOnce(
        job.ranks(2, "train", "--config", config).run(folder),
        "loam: " + config + ":13:1: unknown key sede; did you mean seed?\n");
  }

  @Test
  void ranksWithDifferentConfigurationsDoNotStart() throws Exception {
    Path config = new TinyRun(folder).withData(9).config();
    assertRefusedOnce(
        job.ranks(1, "train", "--config", config, "--seed", 1)
            .ranks(1, "train", "--config", config, "--seed", 2)
            .run(folder),
        "ranks differ in their configuration",
        "; start all with the same file and the same options");
  }

  @Test
  void aRankThatFailsEndsTheJob() throws Exception {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY);
    Cli.Result result = job.ranks(4, train(run, folder.resolve("mpi"))).run(folder);
    assertThat(result.exitCode()).as(result.messages()).isNotZero();
    assertThat(result.messages())
        .contains("token id 32 ", "vocabulary of 32")
        .doesNotContain("internal error", "\tat ");
  }

  @Test
  void collectivesAreMeasured() throws Exception {
    Cli.Result result =
        job.ranks(2, "bench", "collectives", "--bytes", 4096, "--repeats", 2, "--json")
            .run(folder)
            .ok();
    JsonNode json = JSON.readTree(result.out());
    assertThat(json.path("transport").asText()).isEqualTo("mpi");
    assertThat(json.path("ranks").asInt()).isEqualTo(2);
    assertThat(json.path("all_reduce_gb_s").path("best").asDouble()).isPositive();
  }

  private static void assertRefusedOnce(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.messages()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.messages()).contains(parts).doesNotContain("Exception", "\tat ");
    assertThat(result.messages().split("loam: ", -1)).as(result.messages()).hasSize(2);
  }
}
