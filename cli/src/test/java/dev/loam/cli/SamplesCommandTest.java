// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "the garden\nand the sea and the weather";

  @TempDir Path folder;

  private Path config(String loader) throws IOException {
    return Files.writeString(
        folder.resolve("data.yaml"), "train_dataset:\n  data_loader:\n" + loader.indent(4));
  }

  /** One text again and again, each with its end, and a tokenizer of it. */
  private Path texts(Path tokenizerFolder) throws IOException {
    Tokenizer tokenizer = HuggingFaceTokenizer.load(TinyTokenizer.save(tokenizerFolder));
    int[] ids = tokenizer.encode(TEXT + TinyTokenizer.END, AddedTokens.all());
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("tiny_text_document"), TokenType.INT32)) {
      for (int i = 0; i < 8; i++) {
        writer.addDocument(ids);
      }
      writer.finish();
    }
    return config(
        """
        type: BlendedMegatronDatasetDataLoader
        sizes: [6, 0, 0]
        config: {seq_length: %d, data_path: ['1', '%s'], eod: %d, eod_mask_loss: True,
          reset_attention_mask: True, reset_position_ids: True}
        """
            .formatted(
                ids.length - 3,
                folder.resolve("tiny_text_document"),
                tokenizer.endOfText().orElseThrow()));
  }

  @Test
  void textIsShownWithTheTrainedPartMarked() throws IOException {
    Path tokenizer = folder.resolve("tokenizer");
    Path config = texts(tokenizer);
    String out =
        Cli.run("samples", "--config", config, "--count", 1, "--tokenizer", tokenizer, "--totals")
            .ok()
            .out();
    assertThat(out)
        .contains("sample ", " tokens, ", "\n  ids       ", "\n  labels    ", "\n  mask      1 ")
        .contains("\n  positions 0 1 ")
        .containsPattern("\n  text      .*\\[\\[.*\\]\\]")
        .containsPattern(
            "\nall: \\d+ samples, \\d+ tokens, [89]\\d\\.\\d\\d% trained, 0\\.00% padding");
    // Each text begins with a token that nothing is to predict: the one after the end of another.
    String text = out.lines().filter(line -> line.startsWith("  text")).findFirst().orElseThrow();
    assertThat(text.replace("[[", "").replace("]]", ""))
        .contains("garden\\nand the sea")
        .contains(TinyTokenizer.END);
    assertThat(text).doesNotContain("[[the garden").contains(TinyTokenizer.END + "]]");
  }

  @Test
  void theTokenizerOfTheConfigurationIsTaken() throws IOException {
    Path config = texts(folder.resolve("tokenizer"));
    assertThat(Cli.run("samples", "--config", config).ok().out()).doesNotContain("  text ");
    assertThat(
            Cli.run("samples", "--config", config, "--tokenizer_dir", folder.resolve("tokenizer"))
                .ok()
                .out())
        .contains("  text ");
  }

  @Test
  void startAndCountChooseSamples() throws IOException {
    Path config = texts(folder.resolve("tokenizer"));
    List<String> all = json(config, "--count", 99);
    assertThat(json(config, "--start", 2, "--count", 3)).isEqualTo(all.subList(2, 5));
    assertThat(json(config, "--start", 2, "--count", 0)).isEmpty();
    assertThat(JSON.readTree(all.get(3)).path("index").asInt()).isEqualTo(3);
    Cli.assertRefused(
        Cli.run("samples", "--config", config, "--start", all.size()),
        ExitCodes.USAGE,
        "--start " + all.size() + ": there are " + all.size());
    Cli.assertRefused(
        Cli.run("samples", "--config", config, "--start", -1), ExitCodes.USAGE, "--start -1");
  }

  private static List<String> json(Path config, Object... more) {
    return Cli.run(Cli.with(new Object[] {"samples", "--config", config, "--json"}, more))
        .ok()
        .out()
        .lines()
        .toList();
  }

  @Test
  void jsonStaysAsItIsWithTotals() throws IOException {
    Path config = texts(folder.resolve("tokenizer"));
    Cli.Result result = Cli.run("samples", "--config", config, "--json", "--totals").ok();
    assertThat(result.out().lines()).hasSize(1);
    assertThat(JSON.readTree(result.out()).properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("index", "input_ids", "labels", "loss_mask", "position_ids", "cu_seqlens");
    assertThat(result.messages()).startsWith("all: ");
  }

  @Test
  void rowsOfATokenFile() throws IOException {
    Path config =
        config("type: TokenFileDataLoader\npath: '" + rows(folder.resolve("rows")) + "'\n");
    JsonNode sample = JSON.readTree(json(config, "--start", 3).get(0));
    assertThat(sample.path("input_ids")).hasToString("[9,10,11]");
    assertThat(sample.path("labels")).hasToString("[10,11,-100]");
    assertThat(sample.path("loss_mask")).hasToString("[1,1,0]");
    assertThat(sample.has("cu_seqlens")).isFalse();
    assertThat(Cli.run("samples", "--config", config, "--count", 0, "--totals").ok().out())
        .isEqualTo("all: 4 samples, 12 tokens, 66.67% trained, 0.00% padding, 4 segments\n");
    Cli.assertRefused(
        Cli.run("samples", "--config", config("type: TokenFileDataLoader\npath: none\n")),
        ExitCodes.USAGE,
        "none");
  }

  /** Two steps of two rows of three tokens, numbered through. */
  private static Path rows(Path file) {
    try (ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      long[] ids = LongStream.range(0, 12).toArray();
      SafetensorsWriter.write(
          file,
          List.of(
              NamedTensor.of("input_ids", arena.allocate(DType.I64, 2, 2, 3).set(ids)),
              NamedTensor.of("labels", arena.allocate(DType.I64, 2, 2, 3).set(ids))),
          Map.of());
    }
    return file;
  }

  private Path records() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("notes.jsonl"),
            """
            {"q": "the sea\\n", "n": {"a": [1, null]}, "x": null}
            {"q": "and \\u001b[31m", "n": {}, "x": true}
            {"q": "the garden", "n": null, "x": 2.5}
            """);
    return config("type: HFDataLoader\npath: '" + file + "'\nhandler: {type: skip, n: 0}\n");
  }

  @Test
  void recordsOfText() throws IOException {
    Path config = records();
    assertThat(json(config, "--count", 2))
        .containsExactly(
            "{\"index\":0,\"record\":{\"q\":\"the sea\\n\",\"n\":{\"a\":[1,null]},\"x\":null}}",
            "{\"index\":1,\"record\":{\"q\":\"and \\u001B[31m\",\"n\":{},\"x\":true}}");
    String place = folder.resolve("notes.jsonl").toString();
    assertThat(
            Cli.run("samples", "--config", config, "--start", 1, "--count", 9, "--totals")
                .ok()
                .out())
        .isEqualTo(
            """
            record 1 (%1$s:2)
              q: and \\u001b[31m
              n: {}
              x: true
            record 2 (%1$s:3)
              q: the garden
              n: null
              x: 2.5
            all: 3 records of q, n, x
            """
                .formatted(place));
    Cli.assertRefused(
        Cli.run("samples", "--config", config, "--indices", folder.resolve("i")),
        ExitCodes.USAGE,
        "--indices: HFDataLoader has no index arrays");
    Cli.assertRefused(
        Cli.run("samples", "--config", config, "--train_dataset.data_loader.path", "no/notes"),
        ExitCodes.USAGE,
        "no/notes: neither a file or folder here",
        "huggingface-cli download --repo-type dataset no/notes");
  }

  /** Five rows of instruction data. */
  private static void instructions(Path prefix) throws IOException {
    int[][] keys = {{7, 8, 9}, {1, 1, 1}, {-100, 8, 9}};
    List<String> names = List.of("input_ids", "attention_mask", "labels");
    for (int k = 0; k < keys.length; k++) {
      Path dataset = Path.of(prefix + "_packed_" + names.get(k) + "_document");
      try (IndexedDatasetWriter writer = new IndexedDatasetWriter(dataset, TokenType.INT32)) {
        for (int i = 0; i < 5; i++) {
          writer.addDocument(keys[k]);
        }
        writer.finish();
      }
    }
  }

  /** Every example of the documentation, on files of the names it has. */
  @Test
  void theExamplesOfTheDocumentation() throws IOException {
    texts(folder.resolve("tokenizer"));
    Path notes = Files.createDirectories(folder.resolve("notes"));
    for (String end : List.of(".bin", ".idx")) {
      String name = "tiny_text_document" + end;
      Files.copy(folder.resolve(name), notes.resolve(name));
    }
    rows(notes.resolve("rows.safetensors"));
    Files.writeString(
        notes.resolve("alpaca.json"),
        "[{\"instruction\": \"a\", \"output\": \"sea\"}, {\"instruction\": \"b\", \"output\":"
            + " \"no\"}, {\"instruction\": \"c\", \"output\": \"weather\"}]");
    Files.writeString(
        notes.resolve("more.jsonl"), "{\"instruction\": \"b\", \"output\": \"garden\"}\n");
    instructions(notes.resolve("alpaca"));
    Path documentation = TestData.root().resolve("docs/data-loaders.md");
    Matcher block =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(documentation));
    int samples = 0;
    while (block.find()) {
      String yaml = block.group(1).replaceAll("\\bnotes\\b", Matcher.quoteReplacement("" + notes));
      samples += json(Files.writeString(folder.resolve("doc.yaml"), yaml), "--count", 9).size();
    }
    assertThat(samples).isEqualTo(8 + 4 + 5 + 2 + 3);
  }
}
