// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules one by one and in a row against transformers: golden case 05. Scores agree to 1e-5, and
 * the same are taken away. Row 2 has many ties, of which only the number that is kept is defined.
 */
class GoldenProcessorsTest {
  private static final double TOLERANCE = 1e-5;
  private static final Map<String, Consumer<GenerationOptions.Builder>> CASES =
      Map.ofEntries(
          Map.entry("rep_1.3", o -> o.optRepetitionPenalty(1.3)),
          Map.entry("rep_0.8", o -> o.optRepetitionPenalty(0.8)),
          Map.entry("temperature_0.7", o -> o.optTemperature(0.7)),
          Map.entry("temperature_1.8", o -> o.optTemperature(1.8)),
          Map.entry("top_k_5", o -> o.optTopK(5)),
          Map.entry("top_k_50", o -> o.optTopK(50)),
          Map.entry("top_p_0.3", o -> o.optTopP(0.3)),
          Map.entry("top_p_0.9", o -> o.optTopP(0.9)),
          Map.entry("min_p_0.05", o -> o.optMinP(0.05)),
          Map.entry(
              "qwen3_default_t0.6_k20_p0.95", o -> o.optTemperature(0.6).optTopK(20).optTopP(0.95)),
          Map.entry(
              "rep1.1_t0.8_k10_p0.8",
              o -> o.optRepetitionPenalty(1.1).optTemperature(0.8).optTopK(10).optTopP(0.8)));

  @ParameterizedTest
  @ValueSource(strings = {"open-05-generate-a", "open-05-generate-b"})
  void sameScores(String folder) {
    GoldenTensors golden = open(folder);
    assertThat(golden.names().stream().filter(name -> name.startsWith("proc.out.")).count())
        .isEqualTo(CASES.size() + 1); // and the one below
    CASES.forEach(
        (name, change) -> {
          GenerationOptions.Builder options = GenerationOptions.builder().optTemperature(1);
          change.accept(options);
          for (int row = 0; row < 3; row++) {
            Candidates candidates = candidates(golden, row);
            TokenSampler.apply(candidates, history(golden, row), options.build());
            assertSame(name, row, candidates, golden);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"open-05-generate-a", "open-05-generate-b"})
  void atLeastSome(String folder) {
    GoldenTensors golden = open(folder);
    for (int row = 0; row < 3; row++) {
      Candidates candidates = candidates(golden, row);
      candidates.keepProbability(0.01, 3);
      assertSame("top_p_0.01_min_keep_3", row, candidates, golden);
    }
  }

  private static GoldenTensors open(String folder) {
    return new GoldenTensors(TestData.shared("../golden/" + folder + "/golden.safetensors"));
  }

  private static void assertSame(
      String name, int row, Candidates candidates, GoldenTensors golden) {
    double[] expected = row(golden, "proc.out." + name, row);
    double[] found = new double[expected.length];
    Arrays.fill(found, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < candidates.count(); i++) {
      found[candidates.id(i)] = candidates.score(i);
    }
    if (row == 2) {
      Arrays.sort(expected);
      Arrays.sort(found);
    }
    for (int id = 0; id < found.length; id++) {
      String place = name + ", row " + row + ", place " + id;
      if (Double.isInfinite(expected[id])) {
        assertThat(found[id]).as(place).isEqualTo(expected[id]);
      } else {
        assertThat(found[id]).as(place).isCloseTo(expected[id], within(TOLERANCE));
      }
    }
  }

  private static Candidates candidates(GoldenTensors golden, int row) {
    double[] logits = row(golden, "proc.logits", row);
    Candidates candidates = new Candidates(logits.length);
    IntStream.range(0, logits.length).forEach(i -> candidates.logits()[i] = (float) logits[i]);
    candidates.begin();
    return candidates;
  }

  private static BitSet history(GoldenTensors golden, int row) {
    BitSet seen = new BitSet();
    for (double id : row(golden, "proc.history_ids", row)) {
      seen.set((int) id);
    }
    return seen;
  }

  private static double[] row(GoldenTensors golden, String name, int row) {
    int length = golden.shape(name)[1];
    return Arrays.copyOfRange(golden.doubles(name), row * length, (row + 1) * length);
  }
}
