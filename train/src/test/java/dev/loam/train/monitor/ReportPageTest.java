// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportPageTest {
  private static final String HOSTILE =
      "</pre></style><script>alert(1)</script><img src=x onerror=\"alert('2')\">&amp;\u0000\u001b[2J";

  @TempDir Path folder;

  private History history(int steps) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= steps; step++) {
      lines.append(
          """
          {"step":%d,"loss":%s,"grad_norm":%s,"lr":1.0E-4,"tokens":512,"step_time_ms":500.0,\
          "tokens_per_second":1024.0}
          """
              .formatted(step, 9.0 / step, step == 7 ? "\"NaN\"" : "0.5"));
    }
    return History.read(Files.writeString(folder.resolve("metrics.jsonl"), lines));
  }

  private Report report(int steps, String text) throws IOException {
    return new Report(
        text,
        text,
        List.of(text),
        history(steps),
        new Evaluations(
            List.of(new Evaluation(5, 2, 100, 1)), Map.of(5L, List.of(new Generation(text, text)))),
        List.of(text),
        Map.of(text, List.of(text)),
        Map.of(text, text));
  }

  @Test
  void textStaysText() throws IOException {
    String page = ReportPage.of(report(10, HOSTILE));
    assertThat(page).doesNotContain("<script", "<img", "\u0000", "\u001b");
    assertThat(page.split(Pattern.quote("&lt;script&gt;alert(1)"), -1)).hasSizeGreaterThan(9);
    assertThat(Html.escape("a<b>&\"'\u0007é\n")).isEqualTo("a&lt;b&gt;&amp;&quot;&#39;\uFFFDé\n");
  }

  @Test
  void nothingComesFromElsewhere() throws IOException {
    String page = ReportPage.of(report(10, "run"));
    assertThat(page)
        .doesNotContain("http://", "https://", "src=", "url(", "@import", "<script", "<link")
        .contains("Content-Security-Policy");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 10, 1000, 20_000})
  void drawingsAreWholeAndSmallForRunsOfAnyLength(int steps) throws Exception {
    String page = ReportPage.of(report(steps, "run"));
    assertThat(page).hasSizeLessThan(400_000).doesNotContain("NaN", "Infinity");
    String[] drawings = page.split("(?=<svg )|(?<=</svg>)", -1);
    int found = 0;
    for (String drawing : drawings) {
      if (drawing.startsWith("<svg ")) {
        found++;
        var parsed =
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(drawing.getBytes(StandardCharsets.UTF_8)));
        assertThat(parsed.getElementsByTagName("text").getLength()).isPositive();
      }
    }
    assertThat(found).isEqualTo(4);
  }

  @Test
  void numbersAreThoseOfTheMetrics() throws IOException {
    assertThat(ReportPage.of(report(10, "run")))
        .contains("<dd>0.9000</dd>", "<dd>5,120</dd>", "<dd>0:00:05</dd>", "<dd>1,024</dd>")
        .contains("<td>5<td>2.0000<td>7.39<td>100");
  }
}
