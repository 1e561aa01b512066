// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainTokenizerCommandTest {
  @TempDir Path folder;
  private Path text;
  private Path output;

  @BeforeEach
  void prepare() throws IOException {
    text =
        Files.writeString(folder.resolve("text.txt"), "the sea, the weather\ncaf\u00e9 e\u0301\n");
    output = folder.resolve("new/tokenizer");
  }

  private Cli.Result train(Object... more) {
    return Cli.run(
        Cli.with(new Object[] {"train-tokenizer", "--input", text, "--output", output}, more));
  }

  @Test
  void writesATokenizerWithTheSpecialTokensOfQwen() throws IOException {
    Cli.Result result = train("--vocab-size", 270, "--threads", 2);
    result.ok();
    assertThat(result.messages())
        .isEqualTo(
            "8 distinct words\n270 tokens, 11 of them by merges, written to " + output + "\n");
    try (Stream<Path> files = Files.list(output)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt");
    }
    assertThat(folder.resolve("new")).isDirectoryContaining(path -> path.equals(output));
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(output);
    assertThat(tokenizer.vocabSize()).isEqualTo(270);
    assertThat(tokenizer.endOfText()).hasValue(0);
    assertThat(tokenizer.encode("<|im_end|>", AddedTokens.all())).containsExactly(2);
    assertThat(tokenizer.decode(tokenizer.encode("e\u0301", AddedTokens.all()), false))
        .isEqualTo("\u00e9");
  }

  @Test
  void takesItsOptions() throws IOException {
    Path more = Files.writeString(folder.resolve("more.txt"), "the\n");
    Object[] options = {
      "--vocab-size",
      300,
      "--min-frequency",
      3,
      "--special",
      "<s>",
      "</s>",
      "--end-of-text",
      "</s>",
      "--pretokenizer",
      "gpt2",
      "--max-token-length",
      4,
      "--input",
      more
    };
    train(options).ok();
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(output);
    assertThat(tokenizer.endOfText()).hasValue(1);
    assertThat(Files.readString(output.resolve("merges.txt")))
        .isEqualTo("#version: 0.2\nh e\nt he\n");
    assertThat(tokenizer.decode(tokenizer.encode("e\u0301", AddedTokens.all()), false))
        .isEqualTo("e\u0301");

    train("--vocab-size", 256, "--special").ok(); // none, and replaces what is there
    assertThat(HuggingFaceTokenizer.load(output).vocabSize()).isEqualTo(256);
  }

  @Test
  void badUsageIsRefusedWithTheNameOfTheOption() throws IOException {
    assertRefused("--vocab-size is 258, but must be among 259", "--vocab-size", 258);
    assertRefused("--min-frequency must be", "--vocab-size", 300, "--min-frequency", -1);
    assertRefused("--max-token-length must be", "--vocab-size", 300, "--max-token-length", 0);
    assertRefused(
        "--special: a special token is given twice", "--vocab-size", 300, "--special", "a", "a");
    assertRefused("--end-of-text <s> is not among", "--vocab-size", 300, "--end-of-text", "<s>");
    assertRefused(
        "--pretokenizer is bert; use qwen or gpt2", "--vocab-size", 300, "--pretokenizer", "bert");
    assertRefused(
        "--normalizer is nfd; use nfc or none", "--vocab-size", 300, "--normalizer", "nfd");
    assertRefused("--threads", "--vocab-size", 300, "--threads", 0);
    assertRefused("no such file", "--vocab-size", 300, "--input", folder.resolve("absent"));
    assertRefused("is a folder", "--vocab-size", 300, "--input", folder);
    Path bad = Files.write(folder.resolve("bad.txt"), new byte[] {'a', '\n', (byte) 0xFF});
    assertRefused(bad + ", byte 2: 0xff", "--vocab-size", 300, "--input", bad);
    assertThat(output).doesNotExist();
    Files.createDirectories(output.getParent());
    Files.writeString(output, "");
    assertRefused("is a file; expected a folder", "--vocab-size", 300);
  }

  private void assertRefused(String message, Object... options) {
    Cli.assertRefused(train(options), ExitCodes.USAGE, message);
  }

  @Test
  void aTerminalSeesABar() {
    long[] seconds = {0};
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, UTF_8);
    for (boolean isTerminal : List.of(false, true)) {
      Streams streams = new Streams(print, print, isTerminal);
      try (ProgressBar bar =
          new ProgressBar(
              streams, "counting", ProgressBar.Unit.BYTES, () -> seconds[0] * 1_000_000_000)) {
        bar.update(0, 10_000_000);
        bar.update(1, 10_000_000); // too soon
        seconds[0] += 2;
        bar.update(5_000_000, 10_000_000);
      }
    }
    assertThat(err.toString(UTF_8).split("\r\u001b\\[K", -1))
        .containsExactly(
            "",
            "counting [" + " ".repeat(30) + "]   0%  0.0 MB/s  --:-- left",
            "counting [" + "=".repeat(15) + " ".repeat(15) + "]  50%  2.5 MB/s  0:02 left",
            "");
  }

  @Test
  void terminalsAreKnownByTheirNames() {
    assertThat(Terminal.isTerminal(Path.of("/dev/pts/3"))).isTrue();
    assertThat(Terminal.isTerminal(Path.of("/dev/tty1"))).isTrue();
    assertThat(Terminal.isTerminal(Path.of("/dev/null"))).isFalse();
    assertThat(Terminal.isTerminal(Path.of("/tmp/log"))).isFalse();
    assertThat(Terminal.isTerminal(Path.of("pipe:[123]"))).isFalse();
  }
}
