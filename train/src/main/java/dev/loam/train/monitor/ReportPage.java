// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report as one page that needs neither scripts nor anything from elsewhere. */
final class ReportPage {
  private final Report report;
  private final StringBuilder out = new StringBuilder();

  private ReportPage(Report report) {
    this.report = report;
  }

  /** The page. */
  static String of(Report report) {
    return new ReportPage(report).page();
  }

  private String page() {
    out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\"")
        .append(" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    out.append("<title>").append(Html.escape(report.title())).append("</title>\n");
    out.append("<style>\n").append(style()).append("</style>\n</head>\n<body>\n<main>\n");
    element("h1", report.title());
    out.append("<p class=\"status\">").append(Html.escape(report.status())).append("</p>\n");
    numbers();
    charts();
    evaluations();
    generations();
    heading("Run");
    list(report.summary());
    if (!report.checkpoints().isEmpty()) {
      heading("Checkpoints");
      list(report.checkpoints());
    }
    heading("Machine");
    table(report.machine());
    configuration();
    return out.append("</main>\n</body>\n</html>\n").toString();
  }

  private static String style() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the archive");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void numbers() {
    History history = report.history();
    if (history.loss.isEmpty()) {
      return;
    }
    out.append("<dl class=\"numbers\">\n");
    number("last loss", String.format(Locale.ROOT, "%.4f", history.lastLoss()));
    number("tokens trained on", String.format(Locale.ROOT, "%,d", history.tokens()));
    number("time of all steps", duration(history.seconds()));
    double rate = history.tokens() / history.seconds();
    number("tokens a second", String.format(Locale.ROOT, "%,.0f", rate));
    out.append("</dl>\n");
  }

  private void number(String name, String value) {
    out.append("<div><dt>").append(Html.escape(name)).append("</dt>");
    out.append("<dd>").append(Html.escape(value)).append("</dd></div>\n");
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
  }

  private void charts() {
    History history = report.history();
    Curve evaluated = new Curve(1000);
    report.evaluations().evaluations().forEach(e -> evaluated.add(e.step(), e.loss()));
    Curve none = new Curve(2);
    out.append("<div class=\"charts\">\n");
    String dots = evaluated.isEmpty() ? "" : " (dots: held-out data)";
    figure(new Chart("loss" + dots, history.loss, evaluated));
    figure(new Chart("learning rate", history.lr, none));
    figure(new Chart("gradient norm, before clipping", history.gradientNorm, none));
    figure(new Chart("tokens a second", history.tokensPerSecond, none));
    out.append("</div>\n");
  }

  private void figure(Chart chart) {
    out.append("<figure>").append(chart.svg()).append("</figure>\n");
  }

  private void evaluations() {
    List<Evaluation> all = report.evaluations().evaluations();
    if (all.isEmpty()) {
      return;
    }
    heading("Evaluation on held-out data");
    out.append("<table>\n<tr><th>step<th>loss<th>perplexity<th>tokens</tr>\n");
    for (Evaluation e : all) {
      out.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%d<td>%.4f<td>%.2f<td>%,d</tr>\n",
              e.step(),
              e.loss(),
              e.perplexity(),
              e.tokens()));
    }
    out.append("</table>\n");
  }

  private void generations() {
    if (report.evaluations().generations().isEmpty()) {
      return;
    }
    heading("What the model writes");
    report
        .evaluations()
        .generations()
        .forEach(
            (step, texts) -> {
              out.append("<h3>after step ").append(step).append("</h3>\n");
              texts.forEach(this::generation);
            });
  }

  private void generation(Generation generation) {
    out.append("<pre><b>").append(Html.escape(generation.prompt())).append("</b>");
    out.append(Html.escape(generation.text())).append("</pre>\n");
  }

  private void configuration() {
    heading("Configuration");
    report
        .config()
        .forEach(
            (section, lines) -> {
              out.append("<details><summary>").append(Html.escape(section));
              out.append("</summary>\n<pre>");
              lines.forEach(line -> out.append(Html.escape(line)).append('\n'));
              out.append("</pre></details>\n");
            });
  }

  private void heading(String text) {
    element("h2", text);
  }

  private void element(String name, String text) {
    out.append('<').append(name).append('>').append(Html.escape(text));
    out.append("</").append(name).append(">\n");
  }

  private void list(List<String> lines) {
    out.append("<ul>\n");
    lines.forEach(line -> element("li", line));
    out.append("</ul>\n");
  }

  private void table(Map<String, String> rows) {
    out.append("<table>\n");
    rows.forEach(
        (name, value) -> {
          out.append("<tr><th>").append(Html.escape(name));
          out.append("<td>").append(Html.escape(value)).append("</tr>\n");
        });
    out.append("</table>\n");
  }
}
