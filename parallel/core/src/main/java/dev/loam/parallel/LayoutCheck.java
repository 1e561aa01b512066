// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Collects what stands against training a model under a layout. */
final class LayoutCheck {
  private static final int MOST = 1 << 20;

  private final Layout layout;
  private final List<String> problems = new ArrayList<>();

  LayoutCheck(Layout layout) {
    this.layout = layout;
  }

  List<String> problems(ModelShape shape, int ranks) {
    size("data parallel", layout.dataParallel());
    size("tensor parallel", layout.tensorParallel());
    size("pipeline stages", layout.pipelineStages());
    size("virtual stages", layout.virtualStages());
    size("micro batches", layout.microBatches());
    if (problems.isEmpty()) {
      world(ranks);
      tensorParallel(shape);
      interleaved();
      problems.addAll(LayerSplit.problems(layout, shape.layers()));
    }
    return List.copyOf(problems);
  }

  private void size(String what, int value) {
    if (value < 1 || value > MOST) {
      problems.add(String.format("%s %d: must be 1 to %d", what, value, MOST));
    }
  }

  private void world(int ranks) {
    long world = (long) layout.dataParallel() * layout.tensorParallel() * layout.pipelineStages();
    if (world != ranks) {
      problems.add(
          String.format(
              "%s needs %d ranks but there are %d; start %d or change the layout",
              layout.sizes(), world, ranks, world));
    }
  }

  private void tensorParallel(ModelShape shape) {
    divides(shape, "attention heads", shape.heads());
    divides(shape, "key and value heads", shape.keyValueHeads());
    divides(shape, "columns of the feed-forward network", shape.intermediateSize());
    int tp = layout.tensorParallel();
    if (shape.vocabulary() < tp) {
      problems.add(
          String.format(
              "tensor parallel %d is more than the %d tokens of the vocabulary; choose at most %d",
              tp, shape.vocabulary(), shape.vocabulary()));
    }
  }

  private void divides(ModelShape shape, String what, int count) {
    int tp = layout.tensorParallel();
    if (count % tp != 0) {
      problems.add(
          String.format(
              "tensor parallel %d does not divide the %d %s; choose one of %s",
              tp, count, what, divisors(shape)));
    }
  }

  /** The tensor-parallel sizes that the model can take. */
  private static String divisors(ModelShape shape) {
    int common =
        BigInteger.valueOf(shape.heads())
            .gcd(BigInteger.valueOf(shape.keyValueHeads()))
            .gcd(BigInteger.valueOf(shape.intermediateSize()))
            .intValueExact();
    return IntStream.rangeClosed(1, Math.min(common, MOST))
        .filter(i -> common % i == 0)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }

  private void interleaved() {
    int pp = layout.pipelineStages();
    if (layout.virtualStages() == 1) {
      return;
    }
    if (pp == 1) {
      problems.add(
          String.format(
              "%d virtual stages need at least 2 pipeline stages; choose 1 virtual stage or more"
                  + " pipeline stages",
              layout.virtualStages()));
    }
    if (layout.microBatches() % pp != 0) {
      problems.add(
          String.format(
              "%d micro batches are no multiple of %d pipeline stages, as virtual stages need;"
                  + " choose %d",
              layout.microBatches(), pp, (layout.microBatches() / pp + 1) * pp));
    }
  }
}
