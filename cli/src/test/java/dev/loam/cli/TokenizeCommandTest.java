// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tokenize} and {@code detokenize}, against the tokenizer they call. */
class TokenizeCommandTest {
  private static final String TEXT = "the sea<|end|>\nand\r海\n\n the weather";

  @TempDir Path folder;
  private Path input;
  private Path tokenizerFolder;
  private Tokenizer tokenizer;

  @BeforeEach
  void prepare() throws IOException {
    input = Files.writeString(folder.resolve("text"), TEXT);
    tokenizerFolder = TinyTokenizer.save(folder.resolve("tokenizer"));
    tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);
  }

  @Test
  void idsAreInt32LittleEndian() throws IOException {
    Path output = folder.resolve("new/ids.i32");
    Cli.Result result =
        Cli.run("tokenize", "--tokenizer", tokenizerFolder, "--input", input, "--output", output);
    result.ok();
    assertThat(result.out()).isEmpty();
    assertThat(result.messages()).isEmpty();
    assertThat(ids(Files.readAllBytes(output)))
        .isEqualTo(tokenizer.encode(TEXT, AddedTokens.all()));
    assertThat(folder.resolve("new")).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void withoutAnOutputIdsGoToStandardOutput() {
    byte[] data = Cli.run("tokenize", "--tokenizer", tokenizerFolder, "--input", input).ok().data();
    assertThat(ids(data)).isEqualTo(tokenizer.encode(TEXT, AddedTokens.all()));
  }

  @Test
  void addedTokensCanBePlainText() {
    byte[] data =
        Cli.run("tokenize", "--no-special", "--tokenizer", tokenizerFolder, "--input", input)
            .ok()
            .data();
    assertThat(ids(data))
        .isEqualTo(tokenizer.encode(TEXT, AddedTokens.none()))
        .isNotEqualTo(tokenizer.encode(TEXT, AddedTokens.all()));
  }

  @Test
  void linesAreEncodedEachByItselfWithItsLineFeed() {
    byte[] data =
        Cli.run("tokenize", "--lines", "--tokenizer", tokenizerFolder, "--input", input)
            .ok()
            .data();
    int[] expected =
        Arrays.stream(new String[] {"the sea<|end|>\n", "and\r海\n", "\n", " the weather"})
            .flatMapToInt(line -> Arrays.stream(tokenizer.encode(line, AddedTokens.all())))
            .toArray();
    assertThat(ids(data))
        .isEqualTo(expected)
        .isNotEqualTo(tokenizer.encode(TEXT, AddedTokens.all()));
  }

  @Test
  void detokenizeGivesTheTextBack() throws IOException {
    Path ids = folder.resolve("ids");
    Cli.run("tokenize", "--tokenizer", tokenizerFolder, "--input", input, "--output", ids).ok();
    assertThat(Cli.run("detokenize", "--tokenizer", tokenizerFolder, "--input", ids).ok().out())
        .isEqualTo(TEXT);
    Path output = folder.resolve("text.out");
    Cli.run(
            "detokenize",
            "--skip-special",
            "--tokenizer",
            tokenizerFolder,
            "--input",
            ids,
            "--output",
            output)
        .ok();
    assertThat(output).hasContent(TEXT.replace("<|end|>", ""));
  }

  @Test
  void batchesAreOneObjectOnALine() throws IOException {
    Path texts =
        Files.writeString(
            folder.resolve("texts"), "{\"text\": \"the sea<|end|>\"}\n{\"text\": \"\\ud800 😀海\"}");
    String lines =
        Cli.run("tokenize", "--jsonl", "--tokenizer", tokenizerFolder, "--input", texts).ok().out();
    JsonNode first = JsonText.parse(lines.lines().findFirst().orElseThrow(), "first");
    JsonNode second = JsonText.parse(lines.lines().skip(1).findFirst().orElseThrow(), "second");
    assertThat(lines).startsWith("{\"ids\":[").endsWith("]}\n");
    assertThat(ids(first)).isEqualTo(tokenizer.encode("the sea<|end|>", AddedTokens.all()));
    assertThat(first.get("offsets").get(first.get("ids").size() - 1).toString())
        .isEqualTo("[7,14]");
    assertThat(ids(second)).isEqualTo(tokenizer.encode("\ufffd 😀海", AddedTokens.all()));
    // Three bytes, a blank, four bytes and three bytes: each has its whole character.
    assertThat(second.get("offsets").toString())
        .isEqualTo("[[0,1],[0,1],[0,1],[1,2],[2,3],[2,3],[2,3],[2,3],[3,4],[3,4],[3,4]]");

    Path idLines =
        Files.writeString(
            folder.resolve("ids"),
            "{\"ids\":"
                + first.get("ids")
                + ",\"skip_special\":true}\n{\"ids\":[230,181,999,183]}\n");
    Path output = folder.resolve("texts.out");
    Cli.run(
            "detokenize",
            "--jsonl",
            "--tokenizer",
            tokenizerFolder,
            "--input",
            idLines,
            "--output",
            output)
        .ok();
    JsonNode whole = JsonText.parse(Files.readAllLines(output).get(0), "whole");
    assertThat(whole.get("text").asText()).isEqualTo("the sea");
    assertThat(whole.get("stream")).hasSameSizeAs(first.get("ids"));
    assertThat(whole.get("stream").get(whole.get("stream").size() - 1).asText()).isEmpty();
    assertThat(Files.readAllLines(output).get(1)).startsWith("{\"text\":");
  }

  private static int[] ids(JsonNode line) {
    return StreamSupport.stream(line.get("ids").spliterator(), false)
        .mapToInt(JsonNode::asInt)
        .toArray();
  }

  @Test
  void nothingIsLeftOfAnOutputThatFailed() throws IOException {
    Path lines = Files.writeString(folder.resolve("lines"), "{\"text\": \"a\"}\n{\"text\": 1}\n");
    Path output = folder.resolve("out/ids");
    Cli.Result result =
        Cli.run(
            "tokenize",
            "--jsonl",
            "--tokenizer",
            tokenizerFolder,
            "--input",
            lines,
            "--output",
            output);
    Cli.assertRefused(result, ExitCodes.USAGE, lines + ":2: \"text\" must be a string, not 1");
    assertThat(folder.resolve("out")).isEmptyDirectory();
  }

  @Test
  void qwenAgreesWithHuggingFace() throws IOException, NoSuchAlgorithmException {
    Path qwen = TestData.shared("qwen3-tokenizer");
    Path text = TestData.shared("wikitext-2/wiki.test.tokens");
    byte[] whole = Cli.run("tokenize", "--tokenizer", qwen, "--input", text).ok().data();
    byte[] lines = Cli.run("tokenize", "--lines", "--tokenizer", qwen, "--input", text).ok().data();
    assertThat(sha256(whole))
        .isEqualTo("a5792cfc10d724d77ca375f6484ed9fd12be3b59349715bfe1f7904fbed73f81");
    assertThat(sha256(lines))
        .isEqualTo("67e31a0c9b369c0c8aee333bfbf83d82bd8cfcfb2840d560c12f6f08819e4dd5");
    Path ids = Files.write(folder.resolve("wiki"), whole);
    assertThat(Cli.run("detokenize", "--tokenizer", qwen, "--input", ids).ok().out())
        .isEqualTo(Files.readString(text, UTF_8));
  }

  private static int[] ids(byte[] data) {
    int[] ids = new int[data.length / Integer.BYTES];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(ids);
    return ids;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
