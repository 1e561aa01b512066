// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench tokenizer}. */
class TokenizerBenchCommandTest {
  @TempDir Path folder;

  private Cli.Result run(Object... more) throws IOException {
    Path input = Files.writeString(folder.resolve("in.txt"), "the sea\nthe garden\n".repeat(50));
    Object[] given = {
      "bench", "tokenizer", "--tokenizer", TinyTokenizer.save(folder), "--input", input
    };
    Object[] all = Arrays.copyOf(given, given.length + more.length);
    System.arraycopy(more, 0, all, given.length, more.length);
    return Cli.run(all);
  }

  @Test
  void saysHowFastTextBecomesTokens() throws IOException {
    JsonNode json =
        new ObjectMapper().readTree(run("--threads", "1,2", "--repeats", 2, "--json").ok().out());
    assertThat(json.path("bytes").asLong()).isEqualTo(950);
    assertThat(json.path("tokens").asLong()).isBetween(1L, 950L);
    assertThat(json.path("lines_mb_s_by_threads").path("2").path("best").asDouble()).isPositive();
    for (String field : new String[] {"whole_mb_s", "decode_mb_s"}) {
      double best = json.path(field).path("best").asDouble();
      assertThat(json.path(field).path("median").asDouble()).isPositive().isLessThanOrEqualTo(best);
    }
    assertThat(json.path("load_s").asDouble()).isPositive();
    assertThat(json.has("heap_mb")).isTrue();
  }

  @Test
  void writesATableForPeople() throws IOException {
    assertThat(run("--repeats", 1).ok().out())
        .contains("lines, threads: 1", "lines, threads: 2", "one string", "decoding lines");
  }

  @Test
  void refusesWhatCannotBeMeasured() throws IOException {
    assertThat(run("--threads", "0").messages())
        .contains("--threads must be numbers from 1, not [0]");
    assertThat(run("--repeats", 0).messages()).contains("--repeats must be at least 1, not 0");
  }
}
