// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.benchmarks.Product.Kind;
import dev.loam.benchmarks.Product.Size;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations counted by hand, of Qwen3-0.6B and rows of 512 tokens. */
class RequiredProductsTest {
  /** Elements of the linear layers of a layer: q, k and v; o; gate and up; down. */
  private static final double QKV = 1024 * 4096;

  private static final double OUTPUT = 2048 * 1024;
  private static final double GATE_UP = 1024 * 6144;
  private static final double DOWN = 3072 * 1024;

  private static final double LAYERS = 28 * (QKV + OUTPUT + GATE_UP + DOWN);
  private static final double HEAD = 1024 * 151936;

  /** Two products of half of 512 x 512 pairs, 16 heads of 128, 28 layers. */
  private static final double ATTENTION = 28 * 2 * 2 * (512 * 512 / 2) * 128 * 16.0;

  private static final Qwen3Config SMALL =
      new Qwen3Config(
          151936, 1024, 3072, 28, 16, 8, 128, 40960, 1e6, 1e-6, 0.02, true, SpecialTokens.none());

  private static double operations(List<Product> products) {
    return products.stream().mapToDouble(Product::operations).sum();
  }

  private static List<Product> step(int recomputedLayers, boolean frozen) {
    return new RequiredProducts(SMALL, 1, 512).ofStep(recomputedLayers, frozen);
  }

  @Test
  void stepHasThreeProductsOfAWeightAndSevenOfAttention() {
    assertThat(operations(step(0, false))).isEqualTo(6 * 512 * (LAYERS + HEAD) + 3.5 * ATTENTION);
  }

  @Test
  void frozenWeightsHaveNoGradients() {
    assertThat(operations(step(0, true))).isEqualTo(4 * 512 * (LAYERS + HEAD) + 3.5 * ATTENTION);
    assertThat(step(0, true).stream().filter(p -> p.kind() == Kind.WEIGHT_GRADIENT))
        .singleElement()
        .satisfies(p -> assertThat(p.operations()).isEqualTo(ATTENTION));
  }

  @Test
  void recomputedLayersRunForwardOnceMoreWithoutDown() {
    double again = 2 * 512 * (QKV + OUTPUT + GATE_UP) + ATTENTION / 28;
    for (boolean frozen : List.of(true, false)) {
      double without = operations(step(0, frozen));
      assertThat(operations(step(28, frozen)) - without).isEqualTo(28 * again);
      assertThat(operations(step(3, frozen)) - without).isEqualTo(3 * again);
    }
  }

  @Test
  void documentsDoNotSeeEachOther() {
    List<Product> four = new RequiredProducts(SMALL, 4, 512).ofStep(0, false);
    assertThat(operations(four)).isEqualTo(4 * operations(step(0, false)));
    List<Product> one = new RequiredProducts(SMALL, 1, 2048).ofStep(0, false);
    assertThat(operations(one) - operations(four)).isEqualTo((16 - 4) * 3.5 * ATTENTION);
  }

  @Test
  void promptHasOneRowOfLogits() {
    List<Product> prompt = new RequiredProducts(SMALL, 1, 512).ofPrompt();
    assertThat(operations(prompt)).isEqualTo(2 * (512 * LAYERS + HEAD) + ATTENTION);
    assertThat(prompt).allMatch(p -> p.kind() != Kind.WEIGHT_GRADIENT);
  }

  @Test
  void productsAreMeasuredInSizesThatTheyAreComputedIn() {
    assertThat(step(0, false))
        .filteredOn(p -> p.kind() == Kind.FORWARD)
        .flatExtracting(Product::sizes)
        .containsExactlyInAnyOrder(
            new Size(512, 1024, 4096),
            new Size(512, 2048, 1024),
            new Size(512, 1024, 6144),
            new Size(512, 3072, 1024),
            new Size(256, 1024, 151936),
            new Size(512, 1024, 151936),
            // Scores, in the forward and in the backward pass.
            new Size(256, 128, 256),
            new Size(512, 128, 512),
            new Size(256, 128, 256),
            new Size(512, 128, 512));
  }
}
