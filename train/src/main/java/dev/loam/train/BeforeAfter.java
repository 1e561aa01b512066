// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a training was good for: how the model did on held-out data, and what it made of texts,
 * before the first step and after the last.
 */
final class BeforeAfter {
  private Optional<Evaluation> first = Optional.empty();
  private Optional<Evaluation> last = Optional.empty();
  private List<Generation> firstTexts = List.of();
  private List<Generation> lastTexts = List.of();

  /** Takes down an evaluation. */
  void evaluated(Evaluation evaluation) {
    if (evaluation.step() == 0) {
      first = Optional.of(evaluation);
    } else {
      last = Optional.of(evaluation);
    }
  }

  /** Takes down what a model made of texts after some steps. */
  void generated(long step, List<Generation> texts) {
    if (step == 0) {
      firstTexts = List.copyOf(texts);
    } else {
      lastTexts = List.copyOf(texts);
    }
  }

  /** A table; nothing where there is nothing to compare. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (first.isPresent() && last.isPresent()) {
      lines.add(row("held-out data", "before", "after"));
      lines.add(row("loss", number(first.get().loss()), number(last.get().loss())));
      lines.add(
          row("perplexity", number(first.get().perplexity()), number(last.get().perplexity())));
    }
    if (firstTexts.size() == lastTexts.size()) {
      for (int i = 0; i < firstTexts.size(); i++) {
        lines.add("prompt: " + firstTexts.get(i).prompt());
        lines.add("  before: " + firstTexts.get(i).text());
        lines.add("  after:  " + lastTexts.get(i).text());
      }
    }
    return lines;
  }

  private static String row(String name, String before, String after) {
    return String.format(Locale.ROOT, "%-14s | %12s | %12s", name, before, after);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
