// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code preprocess-sft} and the samples that come of it. */
class PreprocessSftCommandTest {
  private static final List<String> SPECIAL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>");
  private static final String ROW =
      "{\"instruction\": \"the sea\", \"input\": \"\", \"output\": \"the weather\"}\n";

  @TempDir Path folder;
  private Path tokenizer;
  private Path rows;

  @BeforeEach
  void prepare() throws IOException {
    tokenizer = folder.resolve("tokenizer");
    ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(
            BpeTrainerSettings.of(300).withSpecialTokens(SPECIAL).withEndOfText("<|im_end|>"));
    trainer.feed("the garden and the sea and the weather");
    trainer.train().save(tokenizer);
    rows = Files.writeString(folder.resolve("rows.jsonl"), ROW.repeat(3));
  }

  private Cli.Result run(Object... more) {
    Object[] start = {
      "preprocess-sft",
      "--input",
      rows,
      "--output-prefix",
      folder.resolve("out/alpaca"),
      "--tokenizer-name-or-path",
      tokenizer
    };
    return Cli.run(Cli.with(start, more));
  }

  private Path config(int length) throws IOException {
    return Files.writeString(
        folder.resolve("data.yaml"),
        "train_dataset: {data_loader: {type: InstructionDataLoader, data_path: %s, seq_length: %d}}"
            .formatted(folder.resolve("out/alpaca"), length));
  }

  @Test
  void theCommandLineOfUpstream() throws IOException {
    Cli.Result result =
        run(
            "--tokenizer-type",
            "PretrainedFromHF",
            "--handler-name",
            "AlpacaStyleInstructionHandler",
            "--prompt-type",
            "qwen3",
            "--enable-thinking",
            "true",
            "--workers",
            4,
            "--log-interval",
            2,
            "--overwrite-cache",
            "--cache-dir",
            "x",
            "--seq-length",
            4096,
            "--map-keys",
            "{\"prompt\": \"instruction\", \"query\": \"input\", \"response\": \"output\"}");
    assertThat(result.ok().messages())
        .contains("Processed 2 documents (", "no effect", "3 documents, ")
        .contains("out/alpaca_packed_labels_document.bin and .idx");
    String text =
        Cli.run("samples", "--config", config(4096), "--tokenizer", tokenizer, "--totals")
            .ok()
            .out();
    assertThat(text)
        .contains(
            "<|im_start|>user\\nthe sea<|im_end|>\\n<|im_start|>assistant\\n[[<think>\\n\\n"
                + "</think>\\n\\nthe weather<|im_end|>\\n]]")
        .contains("all: 3 samples");
  }

  @Test
  void packedSamplesAreApart() throws IOException {
    Cli.Result unused = run("--pack", "--neat-pack", "--seq-length", 100).ok();
    JsonNode sample =
        JsonText.parse(
            Cli.run("samples", "--config", config(100), "--json").ok().out().strip(), "sample");
    JsonNode starts = sample.get("cu_seqlens");
    assertThat(starts.size()).as(starts.toString()).isGreaterThan(2);
    int second = starts.get(1).asInt();
    assertThat(sample.get("position_ids").get(second).asInt()).isZero();
    assertThat(sample.get("labels").get(second - 1).asInt()).isEqualTo(-100);
    assertThat(starts.get(starts.size() - 1).asInt())
        .as("without padding")
        .isEqualTo(sample.get("input_ids").size());
  }

  @Test
  void theOrderIsWritten() throws IOException {
    Cli.Result unused = run().ok();
    Path indices = folder.resolve("order.safetensors");
    Cli.run("samples", "--config", config(64), "--count", 0, "--indices", indices).ok();
    assertThat(Files.readString(indices, StandardCharsets.ISO_8859_1))
        .contains("\"shuffle_index\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--neat-pack | --neat-pack needs --pack",
        "--pack | --pack needs a sequence length: give --seq-length",
        "--seq-length 1 | --seq-length is 1, must be at least 2",
        "--prompt-type llama3 | --prompt-type llama3 is not available; use qwen3",
        "--tokenizer-type GPT2 | --tokenizer-type GPT2 is not available",
        "--enable-thinking maybe | use true, false or none",
        "--on-error maybe | use stop, skip or empty",
        "--handler-name GeneralPretrainHandler | for pre-training loam preprocess",
        "--handler-name SharegptStyleInstructionHandler | no field \"conversations\"; the record has",
        "--map-keys {\"promt\":\"a\"} | --map-keys: unknown \"promt\"; known are",
        "--map-keys {\"prompt\":\"ask\"} | rows.jsonl:1: no field \"ask\"",
        "--map-keys [] | --map-keys must be a JSON object",
        "--map-keys {\"prompt\":1} | prompt must be the name of a field, not 1",
        "--max-samples 3 | --max-samples = 3 is not available",
        "--pad-to-multiple-of 8 | --pad-to-multiple-of = 8 is not available",
        "--workers 0 | --workers is 0, must be at least 1",
      })
  void mistakes(String options, String message) {
    Cli.assertRefused(run((Object[]) options.split(" ")), ExitCodes.USAGE, message);
  }

  @Test
  void aRowThatIsNoConversation() throws IOException {
    Files.writeString(rows, ROW + "{\"instruction\": \"a\"}\n" + ROW);
    Cli.assertRefused(run(), ExitCodes.USAGE, "rows.jsonl:2: no field \"output\"");
    assertThat(run("--on-error", "skip").ok().messages())
        .contains("2 documents, ", "1 documents could not be used and were left out:");
    assertThat(run("--on-error", "empty").ok().messages()).contains("3 documents, ");
  }
}
