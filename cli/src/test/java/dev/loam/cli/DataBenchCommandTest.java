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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench data}. */
class DataBenchCommandTest {
  @TempDir private Path folder;

  private Cli.Result run(Object... more) {
    Object[] few = {
      "bench",
      "data",
      "--documents",
      200,
      "--seq",
      16,
      "--read-tokens",
      5000,
      "--resume-samples",
      5000,
      "--seconds",
      0.01,
      "--folder",
      folder.resolve("b")
    };
    return Cli.run(Stream.concat(Arrays.stream(few), Arrays.stream(more)).toArray());
  }

  @Test
  void saysHowFastDataIs() throws IOException {
    JsonNode json = new ObjectMapper().readTree(run("--json").ok().out());
    for (String field :
        List.of(
            "open_s",
            "index_s",
            "index_samples",
            "index_allocated_bytes",
            "random_mb_per_second",
            "sequential_mb_per_second",
            "random_uint16_mb_per_second",
            "cache_build_s",
            "resume_s")) {
      assertThat(json.path(field).asDouble()).as(field).isPositive();
    }
    assertThat(json.path("index_samples").asLong()).isBetween(200 * 500L / 16, 200 * 1500L / 16);
    assertThat(folder.resolve("b")).doesNotExist();
    assertThat(run().ok().out()).contains("open s: 0.0").contains("resume samples: 5000");
  }

  @Test
  void preprocessesBesideTheTokenizer() throws IOException {
    Path tokenizer = TinyTokenizer.save(folder.resolve("t"));
    Path input = folder.resolve("in.jsonl");
    Files.writeString(input, "{\"text\": \"abc abc\"}\n".repeat(50));
    JsonNode json =
        new ObjectMapper()
            .readTree(run("--tokenizer", tokenizer, "--input", input, "--json").ok().out());
    assertThat(json.path("preprocess_ratio").asDouble()).isPositive();
    assertThat(json.path("tokenizer_tokens_per_second").asDouble()).isPositive();
  }

  @Test
  void refusesWhatMakesNoSense() throws IOException {
    Cli.assertRefused(
        Cli.run("bench", "data", "--documents", 0),
        ExitCodes.USAGE,
        "--documents must be at least 1");
    Cli.assertRefused(
        run("--input", folder), ExitCodes.USAGE, "--tokenizer and --input are given together");
    Files.createDirectory(folder.resolve("b"));
    Cli.assertRefused(run(), ExitCodes.USAGE, "b exists already; name a new one");
  }
}
