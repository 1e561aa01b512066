// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From records of instructions to a model that was trained on their answers. */
class FineTuningTest {
  private static final String TEMPLATE =
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}<|end|>{% endfor %}"
          + "{% if add_generation_prompt %}<assistant>{% endif %}";

  @TempDir Path folder;
  private Path tokenizer;

  @BeforeEach
  void create() throws IOException {
    tokenizer = TinyTokenizer.save(folder.resolve("tokenizer"));
    Files.writeString(tokenizer.resolve("chat_template.jinja"), TEMPLATE);
    List<String> records = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      records.add(
          """
          {"instruction": "the sea %s", "input": "", "output": "the weather%s"}"""
              .formatted("a".repeat(i % 5), "!".repeat(i % 3)));
    }
    Files.write(folder.resolve("records.jsonl"), records);
  }

  private Path config(String handlers, String... more) throws IOException {
    return Files.writeString(
        folder.resolve("tune.yaml"),
        """
        tokenizer_dir: '%s'
        model:
          model_config: {vocab_size: 300, hidden_size: 16, intermediate_size: 32,
            num_hidden_layers: 4, num_attention_heads: 2, num_key_value_heads: 2, head_dim: 8,
            max_position_embeddings: 64, tie_word_embeddings: True}
        lr_schedule: {type: ConstantWarmUpLR, learning_rate: 1.e-2, warmup_steps: 1}
        train_dataset:
          data_loader:
            type: HFDataLoader
            path: '%s'
            split: 'train[:8]'
            handler: [%s]
        %s
        """
            .formatted(
                tokenizer, folder.resolve("records.jsonl"), handlers, String.join("\n", more)));
  }

  private static final String FREE =
      "{type: AlpacaInstructDataHandler, seq_length: 48, padding: False}";

  private String held() {
    return """
        do_eval: True
        eval_step_interval: 2
        eval_dataset:
          data_loader:
            {type: HFDataLoader, path: '%s', split: 'train[8:]', handler: %s}
        """
        .formatted(folder.resolve("records.jsonl"), FREE);
  }

  private List<JsonNode> samples(Path config, Object... more) throws IOException {
    List<JsonNode> samples = new ArrayList<>();
    Object[] all = {"samples", "--config", config, "--json", "--count", 20};
    for (String line : Cli.run(Cli.with(all, more)).ok().out().split("\n", -1)) {
      if (!line.isEmpty()) {
        samples.add(new ObjectMapper().readTree(line));
      }
    }
    return samples;
  }

  @Test
  void samplesAreShown() throws IOException {
    List<JsonNode> free = samples(config(FREE));
    assertThat(free).hasSize(8);
    assertThat(free.get(0).has("cu_seqlens")).isFalse();
    assertThat(free.get(0).path("input_ids").size())
        .isLessThan(free.get(1).path("input_ids").size());
    String packing = "{type: PackingHandler, seq_length: 64, pack_strategy: first_fit}";
    List<JsonNode> packed = samples(config(FREE + ", " + packing));
    assertThat(packed.size()).isLessThan(8);
    assertThat(packed.get(0).path("cu_seqlens").size()).isGreaterThan(2);
    List<JsonNode> upstream = samples(config(FREE), "--upstream_compat", "True");
    assertThat(upstream.get(0).path("input_ids")).isNotEqualTo(free.get(0).path("input_ids"));
    assertThat(Cli.run("samples", "--config", config(FREE), "--totals").ok().out())
        .contains("text      <user>the sea <|end|><assistant>[[the weather<|end|>]]")
        .contains("all: 8 samples, ");
    Cli.assertRefused(
        Cli.run("samples", "--config", config(FREE), "--indices", folder.resolve("x")),
        ExitCodes.USAGE,
        "HFDataLoader has no index arrays");
  }

  /** Rows of unequal length under every kind of parallelism. */
  @Test
  void eightRanksTrainAsOne() throws IOException {
    Path config = config(FREE, held());
    Path one = folder.resolve("one");
    Path eight = folder.resolve("eight");
    Object[] run = {"train", "--config", config, "--runner_config.epochs", 2};
    Cli.Result alone =
        Cli.run(Cli.with(run, "--output_dir", one, "--gradient_accumulation_steps", 4)).ok();
    assertThat(alone.messages()).contains("data: 8 samples of at most ", "4 steps");
    Object[] layout = {
      "--parallel_config.data_parallel", 2,
      "--parallel_config.model_parallel", 2,
      "--parallel_config.pipeline_stage", 2,
      "--parallel_config.micro_batch_num", 2,
      "--parallel_config.use_seq_parallel", "True",
      "--threads", 8,
    };
    Cli.run(Cli.with(Cli.with(run, "--output_dir", eight), layout)).ok();
    List<Double> expected = TinyRun.losses(one);
    List<Double> losses = TinyRun.losses(eight);
    assertThat(losses).hasSize(4);
    for (int step = 0; step < 4; step++) {
      assertThat(losses.get(step)).isCloseTo(expected.get(step), within(1e-5));
    }
    assertThat(losses.get(3)).isLessThan(losses.get(0));
    assertThat(evaluations(eight)).hasSameSizeAs(evaluations(one)).isNotEmpty();
    for (int i = 0; i < evaluations(one).size(); i++) {
      assertThat(evaluations(eight).get(i)).isCloseTo(evaluations(one).get(i), within(1e-5));
    }
  }

  private static List<Double> evaluations(Path output) throws IOException {
    List<Double> losses = new ArrayList<>();
    Path file = output.resolve("evaluations.jsonl");
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      losses.add(new ObjectMapper().readTree(line).path("loss").asDouble());
    }
    return losses;
  }

  @Test
  void recordsThatCannotBeUsedAreNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("records.jsonl"), "{\"instruction\": \"a\"}\n");
    Cli.assertRefused(
        Cli.run("train", "--config", config(FREE), "--output_dir", folder.resolve("out")),
        ExitCodes.USAGE,
        file + ":1: no field \"output\"");
    Files.writeString(file, "{\"question\": \"a\"}\n");
    Cli.assertRefused(
        Cli.run("plan", "--config", config(FREE)), ExitCodes.USAGE, "no field \"instruction\"");
  }
}
