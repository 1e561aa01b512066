// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.TokenType;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code clean-wikitext} and {@code preprocess}. */
class DataCommandsTest {
  @TempDir Path folder;
  private Path tokenizerFolder;
  private Tokenizer tokenizer;

  @BeforeEach
  void prepare() {
    tokenizerFolder = TinyTokenizer.save(folder.resolve("tokenizer"));
    tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);
  }

  @Test
  void wikitextIsCleanedAsTheGoldenCase() {
    Path golden = TestData.golden("09-wiki");
    Path output = folder.resolve("clean.jsonl");
    Cli.Result result =
        Cli.run("clean-wikitext", "--input", golden.resolve("synthetic.txt"), "--output", output);
    result.ok();
    assertThat(output).hasSameBinaryContentAs(golden.resolve("synthetic.jsonl"));
    assertThat(result.messages()).contains(" paragraphs written to " + output);
  }

  @Test
  void preprocessWritesADatasetForEachKey() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("in.jsonl"),
            "{\"text\": \"the sea\", \"title\": \"the\"}\n{\"text\": \"\", \"title\": \"and\"}\n");
    Path prefix = folder.resolve("out/data");
    Cli.Result result =
        Cli.run(
            "preprocess",
            "--input",
            input,
            "--output-prefix",
            prefix,
            "--tokenizer-type",
            "HuggingFaceTokenizer",
            "--tokenizer-dir",
            tokenizerFolder,
            "--workers",
            2,
            "--append-eod",
            "--json-keys",
            "text",
            "title");
    result.ok();
    assertThat(result.messages()).contains("2 documents, ").contains("data_title_document.bin");
    try (IndexedDataset texts = IndexedDataset.open(folder.resolve("out/data_text_document"));
        IndexedDataset titles = IndexedDataset.open(folder.resolve("out/data_title_document"))) {
      assertThat(texts.sequence(0)).isEqualTo(withEnd("the sea"));
      assertThat(texts.sequence(1)).isEmpty();
      assertThat(titles.sequence(1)).isEqualTo(withEnd("and"));
    }
  }

  @Test
  void preprocessAppendsNothingByDefault() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"the sea\"}\n");
    preprocess(input, "HuggingFaceTokenizer").ok();
    try (IndexedDataset texts = IndexedDataset.open(folder.resolve("p"))) {
      assertThat(texts.sequence(0)).isEqualTo(tokenizer.encode("the sea", AddedTokens.all()));
    }
  }

  @Test
  void badLinesAreNamed() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"a\"}\n{\"tex\": 1}\n");
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer"),
        ExitCodes.USAGE,
        input + ":2: no field \"text\"");
  }

  @Test
  void otherTokenizersAndImpossibleNumbersAreRefused() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"the sea\"}\n");
    Cli.assertRefused(
        preprocess(input, "AutoRegister"),
        ExitCodes.USAGE,
        "--tokenizer-type AutoRegister",
        "use HuggingFaceTokenizer");
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer", "--workers", "0"),
        ExitCodes.USAGE,
        "--workers is 0");
    Files.delete(tokenizerFolder.resolve("tokenizer_config.json"));
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer", "--append-eod"),
        ExitCodes.USAGE,
        "--append-eod",
        "eos_token");
  }

  @Test
  void preprocessTakesGlobsAndAnyFormat() throws IOException {
    Files.writeString(folder.resolve("b.json"), "[{\"text\": \"the sea\"}, {\"text\": \"the\"}]");
    Files.writeString(folder.resolve("a.csv"), "id,text\n1,and\n");
    Path glob = folder.resolve("[ab].*");
    Cli.Result result = preprocess(glob, "PretrainedFromHF", "--log-interval", "2");
    result.ok();
    assertThat(result.messages()).contains("Processed 2 documents (").contains("3 documents, ");
    try (IndexedDataset texts = IndexedDataset.open(folder.resolve("p"))) {
      assertThat(texts.sequence(0)).isEqualTo(tokenizer.encode("and", AddedTokens.all()));
      assertThat(texts.sequence(2)).isEqualTo(tokenizer.encode("the", AddedTokens.all()));
    }
    Files.writeString(folder.resolve("c.log"), "the\nsea\n");
    preprocess(folder.resolve("c.log"), "PretrainedFromHF", "--format", "text").ok();
    try (IndexedDataset texts = IndexedDataset.open(folder.resolve("p"))) {
      assertThat(texts.sequences()).isEqualTo(2);
    }
  }

  @Test
  void badLinesCanBeLeftOut() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"a\"}\nx\n{}\n");
    Cli.Result result = preprocess(input, "HuggingFaceTokenizer", "--on-error", "skip");
    result.ok();
    assertThat(result.messages())
        .contains("1 documents, ")
        .contains("2 documents could not be used and were left out:\n  " + input + ":2: column 1")
        .contains("  " + input + ":3: no field \"text\"");
  }

  @Test
  void optionsOfUpstreamAreTaken() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"a\"}\n".repeat(3));
    Cli.Result result =
        preprocess(
            input,
            "HuggingFaceTokenizer",
            "--trust-remote-code",
            "--vocab-size",
            "786",
            "--lang",
            "english",
            "--keep-newlines",
            "--partitions",
            "2",
            "--keep-sequential-samples",
            "--dtype",
            "auto");
    result.ok();
    assertThat(result.messages()).contains("have no effect");
    try (IndexedDataset texts = IndexedDataset.open(folder.resolve("p"))) {
      assertThat(texts.tokenType()).isEqualTo(TokenType.UINT16);
    }
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer", "--split-sentences"),
        ExitCodes.USAGE,
        "--split-sentences",
        "list of strings");
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer", "--dtype", "int8"),
        ExitCodes.USAGE,
        "--dtype int8 is not known; use one of [int32, uint16, auto]");
    Cli.assertRefused(
        preprocess(input, "HuggingFaceTokenizer", "--partitions", "0"),
        ExitCodes.USAGE,
        "--partitions is 0");
  }

  @Test
  void aPrefixThatEndsLikeADatasetIsPointedOut() throws IOException {
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"a\"}\n");
    Path prefix = folder.resolve("q_text_document");
    Cli.Result result =
        Cli.run(
            "preprocess",
            "--input",
            input,
            "--output-prefix",
            prefix,
            "--tokenizer-dir",
            tokenizerFolder);
    result.ok();
    assertThat(result.messages()).contains("appended once more: " + prefix + "_text_document.bin");
  }

  private Cli.Result preprocess(Path input, String tokenizerType, String... more) {
    Object[] args = {
      "preprocess",
      "--input",
      input,
      "--output-prefix",
      folder.resolve("p"),
      "--tokenizer-type",
      tokenizerType,
      "--tokenizer-dir",
      tokenizerFolder
    };
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.run(all);
  }

  private int[] withEnd(String text) {
    int[] ids = tokenizer.encode(text, AddedTokens.all());
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = tokenizer.endOfText().orElseThrow();
    return longer;
  }
}
