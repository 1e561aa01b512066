// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.Assumptions;

/**
 * The rules against their definitions, written down in float64 without any thought of speed. Logits
 * are multiples of 1/4 and penalties powers of two, so that both compute the same scores.
 */
class CandidatesPropertyTest {
  /** A sum of probabilities this close to the bound may fall on either side of it. */
  private static final double ROUNDING = 1e-9;

  @Property
  void sameAsTheDefinition(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = logits(random);
    BitSet seen = new BitSet();
    IntStream.range(0, logits.length).filter(i -> random.nextInt(3) == 0).forEach(seen::set);
    GenerationOptions options = options(random);

    List<double[]> expected = reference(logits, seen, options);
    Candidates candidates = candidates(logits);
    TokenSampler.apply(candidates, seen, options);

    List<Double> found = new ArrayList<>();
    for (int i = 0; i < candidates.count(); i++) {
      found.add(candidates.score(i));
    }
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(expected.stream().map(entry -> entry[1]).toList());
    if (options.topP() == 1) { // else which of several equal ones remain is not defined
      List<Integer> ids =
          IntStream.range(0, candidates.count()).map(candidates::id).boxed().toList();
      assertThat(ids)
          .containsExactlyInAnyOrderElementsOf(
              expected.stream().map(entry -> (int) entry[0]).toList());
    }
  }

  private static float[] logits(SplittableRandom random) {
    float[] logits = new float[random.nextInt(1, 80)];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = random.nextInt(-20, 21) / 4f;
    }
    return logits;
  }

  private static GenerationOptions options(SplittableRandom random) {
    GenerationOptions.Builder options =
        GenerationOptions.builder().optTemperature(random.nextDouble(0.1, 3));
    if (random.nextBoolean()) {
      options.optRepetitionPenalty(random.nextBoolean() ? 2 : 0.5);
    }
    if (random.nextBoolean()) {
      options.optTopK(random.nextInt(1, 100));
    }
    if (random.nextBoolean()) {
      options.optTopP(random.nextInt(5) == 0 ? 0 : random.nextDouble());
    }
    if (random.nextBoolean()) {
      options.optMinP(random.nextDouble());
    }
    return options.build();
  }

  /** Pairs of id and score that remain. */
  private static List<double[]> reference(float[] logits, BitSet seen, GenerationOptions options) {
    List<double[]> all = new ArrayList<>();
    for (int id = 0; id < logits.length; id++) {
      double score = logits[id];
      double penalty = seen.get(id) ? options.repetitionPenalty() : 1;
      score = score < 0 ? score * penalty : score / penalty;
      all.add(new double[] {id, score / options.temperature()});
    }
    all.sort(Comparator.comparingDouble(entry -> entry[1]));
    if (options.topK() > 0 && options.topK() < all.size()) {
      double least = all.get(all.size() - options.topK())[1];
      all.removeIf(entry -> entry[1] < least);
    }
    if (options.topP() < 1) {
      double[] probabilities = probabilities(all);
      double sum = 0;
      int removed = 0;
      for (; removed < all.size() - 1; removed++) {
        sum += probabilities[removed];
        Assumptions.assumeThat(Math.abs(sum - (1 - options.topP()))).isGreaterThan(ROUNDING);
        if (sum > 1 - options.topP()) {
          break;
        }
      }
      all = new ArrayList<>(all.subList(removed, all.size()));
    }
    double[] probabilities = probabilities(all);
    double least = options.minP() * probabilities[all.size() - 1];
    List<double[]> kept = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Assumptions.assumeThat(Math.abs(probabilities[i] - least)).isGreaterThan(ROUNDING * least);
      if (probabilities[i] >= least) {
        kept.add(all.get(i));
      }
    }
    return kept;
  }

  private static double[] probabilities(List<double[]> entries) {
    double largest = entries.get(entries.size() - 1)[1];
    double[] weights = entries.stream().mapToDouble(e -> Math.exp(e[1] - largest)).toArray();
    double total = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    return IntStream.range(0, weights.length).mapToDouble(i -> weights[i] / total).toArray();
  }

  private static Candidates candidates(float... logits) {
    Candidates candidates = new Candidates(logits.length);
    System.arraycopy(logits, 0, candidates.logits(), 0, logits.length);
    candidates.begin();
    return candidates;
  }

  /** 40,000 draws: a share of p has a standard deviation of at most 0.0025; four of them. */
  @Example
  void drawsFollowProbabilities() {
    float[] logits = {1, 0, 2, -1, 1};
    SplittableRandom random = new SplittableRandom(7);
    double[] weights = new double[logits.length];
    double total = 0;
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Math.exp(logits[i] / 0.8);
      total += weights[i];
    }
    int draws = 40_000;
    int[] counts = new int[logits.length];
    for (int i = 0; i < draws; i++) {
      Candidates candidates = candidates(logits);
      candidates.temper(0.8);
      counts[candidates.draw(random)]++;
    }
    for (int i = 0; i < logits.length; i++) {
      assertThat(counts[i] / (double) draws).isCloseTo(weights[i] / total, within(0.01));
    }
  }

  /** The smallest temperature there is must not turn into infinities, nor a huge penalty. */
  @Example
  void extremes() {
    RandomGenerator random = new SplittableRandom(1);
    BitSet seen = new BitSet();
    seen.set(0);
    GenerationOptions options =
        GenerationOptions.builder()
            .optTemperature(Double.MIN_VALUE)
            .optRepetitionPenalty(Double.MAX_VALUE)
            .optTopK(2)
            .optTopP(0.9)
            .optMinP(1)
            .build();
    Candidates candidates = candidates(-3, 5, 4.999f, Float.NEGATIVE_INFINITY);
    TokenSampler.apply(candidates, seen, options);
    assertThat(candidates.draw(random)).isEqualTo(1);
    Candidates flat = candidates(1, 2, 3);
    flat.temper(Double.MAX_VALUE);
    assertThat(flat.draw(random)).isBetween(0, 2);
  }

  @Example
  void logitsThatAreNoNumbers() {
    GenerationOptions sampled = GenerationOptions.builder().optTemperature(1).build();
    float least = Float.NEGATIVE_INFINITY;
    for (float[] logits :
        new float[][] {{1, Float.NaN}, {Float.POSITIVE_INFINITY, 0}, {least, least}}) {
      assertThatThrownBy(() -> TokenSampler.apply(candidates(logits), new BitSet(), sampled))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the model's logits are not numbers");
    }
  }
}
