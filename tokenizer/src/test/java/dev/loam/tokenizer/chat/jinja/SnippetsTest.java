// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.tokenizer.chat.TemplateException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Templates for every feature, with what Jinja 3.1.6 makes of them in the environment of
 * transformers 5.18. The first line of the table holds the variables. {@code fails} stands where
 * Jinja fails as well, {@code refused} for what is not supported here.
 */
class SnippetsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void rendersAsJinjaOrRefuses() throws IOException {
    InputStream table = Objects.requireNonNull(getClass().getResourceAsStream("snippets.jsonl"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
      Map<String, Object> variables = JSON.readValue(lines.readLine(), new TypeReference<>() {});
      List<String> snippets = lines.lines().toList();
      assertThat(snippets).hasSizeGreaterThan(500);
      for (String line : snippets) {
        check(JSON.readTree(line), variables);
      }
    }
  }

  private static void check(JsonNode snippet, Map<String, Object> variables) {
    String template = snippet.get("template").textValue();
    if (snippet.has("text")) {
      assertThat(render(template, variables))
          .as(() -> template)
          .isEqualTo(snippet.get("text").textValue());
    } else {
      Throwable thrown = catchThrowable(() -> render(template, variables));
      assertThat(thrown).as(() -> template).isInstanceOf(TemplateException.class);
      assertThat(thrown).hasMessageStartingWith("snippet, line ");
    }
  }

  private static String render(String template, Map<String, Object> variables) {
    return JinjaTemplate.parse(template, "snippet")
        .render(List.of(), Map.of(), variables, Clock.systemUTC())
        .text();
  }
}
