// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pre-training chapters of the tutorials with the real tokenizer and texts, on 2 x 2 x 2 ranks,
 * with fewer steps and a smaller model: stopped half-way and resumed, they come to the same bits.
 */
class TutorialTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Two heads of 8 and two layers: what 2 x 2 x 2 ranks can share, with the whole vocabulary. */
  private static final Object[] SMALL = {
    "--model.model_config.hidden_size", 16,
    "--model.model_config.intermediate_size", 32,
    "--model.model_config.num_hidden_layers", 2,
    "--model.model_config.num_attention_heads", 2,
    "--model.model_config.num_key_value_heads", 2,
    "--model.model_config.head_dim", 8,
    "--train_dataset.data_loader.config.seq_length", 32,
    "--use_parallel", "True",
    "--parallel_config.data_parallel", 2,
    "--parallel_config.model_parallel", 2,
    "--parallel_config.pipeline_stage", 2,
    "--parallel_config.micro_batch_num", 2,
  };

  @TempDir Path folder;

  @Test
  void mindFormers() throws IOException {
    Path wiki = TestData.shared("wikitext-2/wiki.train.tokens");
    Path all = folder.resolve("wiki.jsonl");
    Cli.run("clean-wikitext", "--input", wiki, "--output", all).ok();
    Path less = folder.resolve("wiki.less.jsonl");
    try (Stream<String> lines = Files.lines(all)) {
      Files.write(less, lines.limit(1000).toList());
    }
    preprocess(less, "wikitext-2-v1-qwen3_text_document", "text").ok();
    trainsResumesAndIsTheSame(
        "configs/qwen3/pretrain_qwen3_0_6b_4k.yaml",
        "wikitext-2-v1-qwen3_text_document_text_document",
        "--auto_trans_ckpt",
        "False",
        "--run_mode",
        "train",
        "--recompute_config.recompute",
        "False",
        "--model.model_config.seq_length",
        32,
        "--tensorboard.tensorboard_dir",
        folder.resolve("tensorboard"));
  }

  @Test
  void mindSpeed() throws IOException {
    Path alpaca = TestData.shared("alpaca/en_instruct_999.json");
    preprocess(alpaca, "alpaca", "output").ok();
    trainsResumesAndIsTheSame("examples/launch/qwen3_0point6b_ms.yaml", "alpaca_output_document");
  }

  /** Chapters 3.2 and 4.2: at a rate of next to nothing what pre-training saved stays as it is. */
  @Test
  void mindSpeedTuning() throws IOException {
    Path alpaca = TestData.shared("alpaca/en_instruct_999.json");
    JsonNode all = TestData.json(alpaca);
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, all.get(0) + "\n" + all.get(1) + "\n" + all.get(2) + "\n");
    preprocess(rows, "alpaca", "output").ok();
    Cli.run(
            "preprocess-sft",
            "--input",
            rows,
            "--output-prefix",
            folder.resolve("tuning"),
            "--tokenizer-name-or-path",
            TestData.shared("qwen3-tokenizer"),
            "--prompt-type",
            "qwen3")
        .ok();
    Path first = folder.resolve("first");
    Object[] data = {
      "--train_dataset.data_loader.sizes",
      "[4, 0, 0]",
      "--train_dataset.data_loader.config.data_path",
      "['1', '" + folder.resolve("alpaca_output_document") + "']"
    };
    train("examples/launch/qwen3_0point6b_ms.yaml", first, Cli.with(SMALL, data)).ok();
    Object[] tuning = SMALL.clone();
    tuning[Arrays.asList(SMALL).indexOf("--train_dataset.data_loader.config.seq_length")] =
        "--train_dataset.data_loader.seq_length";
    Object[] more = {
      "--load_checkpoint",
      first,
      "--train_dataset.data_loader.data_path",
      folder.resolve("tuning"),
      "--train_dataset.data_loader.num_samples",
      8,
      "--lr_schedule.learning_rate",
      "1e-30",
      "--lr_schedule.lr_end",
      "0"
    };
    Path tuned = folder.resolve("tuned");
    train("examples/launch/qwen3_0point6b_ms_tune.yaml", tuned, Cli.with(tuning, more)).ok();
    assertThat(metrics(tuned)).hasSize(2);
    assertThat(tuned.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(first.resolve("model/model.safetensors"));
  }

  private Cli.Result preprocess(Path input, String prefix, String key) {
    return Cli.run(
        "preprocess",
        "--input",
        input,
        "--output-prefix",
        folder.resolve(prefix),
        "--tokenizer-type",
        "HuggingFaceTokenizer",
        "--tokenizer-dir",
        TestData.shared("qwen3-tokenizer"),
        "--workers",
        2,
        "--json-keys",
        key);
  }

  /** Two steps of four samples; saves after one; goes on from there as an earlier run would. */
  private void trainsResumesAndIsTheSame(String config, String data, Object... more)
      throws IOException {
    Object[] train =
        Cli.with(
            Cli.with(
                Cli.with(SMALL, more),
                "--train_dataset.data_loader.sizes",
                "[8, 0, 0]",
                "--train_dataset.data_loader.config.data_path",
                "['1', '" + folder.resolve(data) + "']",
                "--lr_schedule.learning_rate",
                "1e-2"));
    Path whole = folder.resolve("whole");
    Path resumed = folder.resolve("resumed");
    train(config, whole, train).ok();
    train(config, resumed, Cli.with(train, "--stop_step", 1)).ok();
    Cli.Result rest = train(config, resumed, Cli.with(train, "--resume_training", "True")).ok();
    assertThat(rest.messages()).contains("resumed: after step 1");
    assertThat(metrics(whole)).hasSize(2).isEqualTo(metrics(resumed));
    assertThat(resumed.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
  }

  private static Cli.Result train(String config, Path output, Object... more) {
    Path file = TestData.root().resolve(config);
    Object[] start = {"train", "--threads", 2, "--config", file, "--output_dir", output};
    return Cli.run(Cli.with(start, more));
  }

  /** Of each step, all that does not depend on the clock. */
  private static List<JsonNode> metrics(Path output) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve("metrics.jsonl"))) {
      ObjectNode step = (ObjectNode) JSON.readTree(line);
      steps.add(step.retain("step", "loss", "grad_norm", "lr", "tokens", "consumed_samples"));
    }
    return steps;
  }
}
