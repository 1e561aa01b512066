// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.util.ArrayList;
import java.util.List;

/** Shares the layers of a model among the virtual stages of a layout, in order. */
final class LayerSplit {
  private LayerSplit() {}

  static LayerRange range(Layout layout, int virtualStage, int layers) {
    List<String> problems = problems(layout, layers);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    int first = 0;
    for (int i = 0; i < virtualStage; i++) {
      first += count(layout, i, layers);
    }
    return new LayerRange(first, count(layout, virtualStage, layers));
  }

  private static int count(Layout layout, int virtualStage, int layers) {
    int stages = layout.pipelineStages() * layout.virtualStages();
    int mean = layers / stages;
    if (layout.offset().isEmpty()) {
      return mean + (virtualStage < layers % stages ? 1 : 0);
    }
    int chunk = virtualStage / layout.pipelineStages();
    int stage = virtualStage % layout.pipelineStages();
    return Math.addExact(mean, layout.offset().get(chunk).get(stage));
  }

  /** What stands against sharing that many layers; the sizes of the layout are at least 1. */
  static List<String> problems(Layout layout, int layers) {
    int stages = layout.pipelineStages();
    int chunks = layout.virtualStages();
    long all = (long) stages * chunks;
    if (layers < all) {
      return List.of(
          String.format(
              "%d layers cannot fill %d pipeline stages of %d virtual stages each; choose at most"
                  + " %d in all",
              layers, stages, chunks, layers));
    }
    if (layout.offset().isEmpty()) {
      return List.of();
    }
    if (layout.offset().size() != chunks
        || layout.offset().stream().anyMatch(row -> row.size() != stages)) {
      return List.of(
          String.format(
              "offset %s does not fit; it needs %s%d numbers, one for each pipeline stage",
              layout.offset(), chunks == 1 ? "" : chunks + " lists (virtual stages) of ", stages));
    }
    return offsetProblems(layout, layers);
  }

  private static List<String> offsetProblems(Layout layout, int layers) {
    List<String> problems = new ArrayList<>();
    int stages = layout.pipelineStages();
    int all = stages * layout.virtualStages();
    long sum = layout.offset().stream().flatMap(List::stream).mapToLong(i -> i).sum();
    if (sum != layers % all) {
      problems.add(
          String.format(
              "offset %s sums to %d; %d layers over %d virtual stages leave %d, which it must sum"
                  + " to",
              layout.offset(), sum, layers, all, layers % all));
    }
    for (int i = 0; i < all; i++) {
      long count = (long) layers / all + layout.offset().get(i / stages).get(i % stages);
      if (count < 1) {
        problems.add(
            String.format(
                "offset %s leaves %d layers to chunk %d of stage %d; each needs at least 1",
                layout.offset(), count, i / stages, i % stages));
      }
    }
    return problems;
  }
}
