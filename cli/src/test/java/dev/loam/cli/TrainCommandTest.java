// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about training: train, samples. */
class TrainCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void trainsAndTheModelCanBeUsed() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Cli.Result result =
        Cli.run(
                "train",
                "--config",
                run.config(),
                "--threads",
                1,
                "--runner_config.epochs",
                2,
                "--stop_step=6",
                "--optimizer.betas",
                "[0.9, 0.99]")
            .ok();
    assertThat(result.out()).isEmpty();
    assertThat(result.messages()).contains("step     6/6 | loss ").contains("model saved in ");
    List<String> metrics = Files.readAllLines(run.output().resolve("metrics.jsonl"));
    assertThat(metrics).hasSize(6);
    JsonNode last = JSON.readTree(metrics.get(5));
    assertThat(last.path("step").asInt()).isEqualTo(6);
    assertThat(last.path("consumed_samples").asInt()).isEqualTo(12);
    assertThat(last.path("tokens").asInt()).isEqualTo(32);
    assertThat(last.path("lr").asDouble()).isEqualTo(0.01);
    assertThat(last.path("loss").asDouble())
        .isLessThan(JSON.readTree(metrics.get(0)).path("loss").asDouble());
    Cli.Result text =
        Cli.run(
                "generate",
                "--model",
                run.output().resolve("model"),
                "--prompt-ids",
                "[1,2,3]",
                "--max-new-tokens",
                3,
                "--temperature",
                0,
                "--json")
            .ok();
    assertThat(JSON.readTree(text.out()).path("output_ids")).hasSize(3);
  }

  @Test
  void parametersAreNamedInsteadOfTrained() throws IOException {
    TinyRun run = new TinyRun(folder).withData(9);
    Cli.Result result =
        Cli.run("train", "--config", run.config(), "--monitor_config.print_struct", "True").ok();
    assertThat(result.out().lines())
        .hasSize(13)
        .first()
        .isEqualTo("model.embed_tokens.weight [32, 16]");
    assertThat(run.output()).doesNotExist();
  }

  @Test
  void samplesAreWhatTheTrainerSees() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Path indices = folder.resolve("indices.safetensors");
    Cli.Result result =
        Cli.run("samples", "--config", run.config(), "--count", 3, "--json", "--indices", indices)
            .ok();
    List<String> lines = result.out().lines().toList();
    assertThat(lines).hasSize(3);
    for (int i = 0; i < 3; i++) {
      JsonNode sample = JSON.readTree(lines.get(i));
      assertThat(sample.path("index").asInt()).isEqualTo(i);
      assertThat(sample.path("input_ids")).hasSize(16);
      assertThat(sample.path("labels").get(0)).isEqualTo(sample.path("input_ids").get(1));
      assertThat(sample.path("loss_mask").get(15).asInt()).isEqualTo(1);
      assertThat(sample.path("position_ids").get(15).asInt()).isEqualTo(15);
    }
    assertThat(indices).exists();
  }

  @Test
  void unknownKeyIsRefusedWithItsPlaceAndASuggestion() throws IOException {
    Path config = new TinyRun(folder).config("sede: 1");
    Cli.assertRefused(
        Cli.run("train", "--config", config),
        ExitCodes.USAGE,
        config + ":13:1: unknown key sede",
        "did you mean seed?");
  }

  @Test
  void missingConfigAndMissingData() throws IOException {
    Cli.assertRefused(
        Cli.run("train", "--config", folder.resolve("none.yaml")),
        ExitCodes.USAGE,
        "none.yaml: no such file");
    TinyRun run = new TinyRun(folder);
    Cli.assertRefused(
        Cli.run("train", "--config", run.config()), ExitCodes.USAGE, "tiny_text_document");
    assertThat(run.output()).doesNotExist();
  }

  @Test
  void truncatedIndexIsRefused() throws IOException {
    TinyRun run = new TinyRun(folder).withData(9);
    Path index = folder.resolve("tiny_text_document.idx");
    byte[] bytes = Files.readAllBytes(index);
    Files.write(index, Arrays.copyOf(bytes, bytes.length - 5));
    for (String command : List.of("train", "samples")) {
      Cli.assertRefused(
          Cli.run(command, "--config", run.config()),
          ExitCodes.USAGE,
          "tiny_text_document.idx",
          String.valueOf(bytes.length - 5));
    }
  }

  @Test
  void tokenOutsideTheVocabularyIsRefused() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY);
    Cli.Result result = Cli.run("train", "--config", run.config(), "--threads", 1);
    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.messages())
        .contains("token id 32 ", "vocabulary of 32")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void sequenceLongerThanTheModelsPositionsIsRefused() throws IOException {
    TinyRun run = new TinyRun(folder).withData(9);
    Cli.assertRefused(
        Cli.run(
            "train",
            "--config",
            run.config(),
            "--train_dataset.data_loader.config.seq_length",
            "65"),
        ExitCodes.USAGE,
        "seq_length 65 is longer than model.model_config.max_position_embeddings 64");
  }
}
