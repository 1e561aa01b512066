// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.HeapArena;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class GradientsTest {
  private final HeapArena arena = new HeapArena();
  private final Weight tied = weight("embedding", true);
  private final Weight linear = weight("linear", true);
  private final Weight frozen = weight("frozen", false);
  private final List<Weight> ready = new ArrayList<>();
  private final Gradients gradients = new Gradients(arena, List.of(tied, linear, frozen, tied));

  GradientsTest() {
    gradients.whenReady(region -> ready.add(region.weight()));
  }

  private Weight weight(String name, boolean trainable) {
    Tensor value = arena.allocate(DType.F32, 2, 3);
    Parameter parameter =
        new Parameter(name, value.shape(), Slice.whole(value.shape()), value, trainable, true);
    return new Weight(value, List.of(parameter));
  }

  private List<Boolean> contribute(Weight weight) {
    List<Boolean> accumulated = new ArrayList<>();
    gradients.contribute(weight, (gradient, accumulate) -> accumulated.add(accumulate));
    return accumulated;
  }

  @Test
  void theFirstContributionOverwritesAndTheLastIsAnnounced() {
    for (int step = 0; step < 2; step++) {
      ready.clear();
      gradients.begin(2);
      assertThat(contribute(linear)).containsExactly(false);
      assertThat(ready).isEmpty();
      assertThat(contribute(linear)).containsExactly(true);
      assertThat(ready).containsExactly(linear);
      // A weight used twice has two contributions in each micro batch.
      assertThat(contribute(tied)).containsExactly(false);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(ready).containsExactly(linear);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(ready).containsExactly(linear, tied);
      assertThat(gradients.regions())
          .extracting(GradientRegion::gradient)
          .containsExactly(gradients.of(tied), gradients.of(linear));
    }
  }

  @Test
  void frozenWeightsHaveNone() {
    gradients.begin(1);
    assertThat(contribute(frozen)).isEmpty();
    assertThat(gradients.weights()).containsExactly(tied, linear);
    assertThatThrownBy(() -> gradients.of(frozen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("frozen is not trained");
  }

  @Test
  void contributionsAreCounted() {
    gradients.begin(1);
    assertThatThrownBy(() -> gradients.of(tied))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("embedding: 0 of 2 contributions are in");
    assertThat(contribute(linear)).hasSize(1);
    assertThatThrownBy(() -> contribute(linear))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("all 1 contributions to linear are in already");
  }

  @Test
  void theyLieInOneRunOfMemory() {
    assertThat(gradients.regions()).extracting(GradientRegion::offset).containsExactly(0L, 16L);
    assertThat(gradients.regions()).extracting(GradientRegion::end).containsExactly(6L, 22L);
    assertThat(gradients.slab().elements()).isEqualTo(32);
    gradients.begin(1);
    gradients.contribute(linear, (gradient, add) -> gradient.set(1, 2, 3, 4, 5, 6));
    assertThat(gradients.slab().rows(16, 6).toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void whatTensorRanksSumLiesFirst() {
    Weight norm = new Weight(linear.value(), linear.parameters(), Copies.PARTIAL_GRADIENT);
    Gradients ordered = new Gradients(arena, List.of(tied, norm));
    assertThat(ordered.regions()).extracting(GradientRegion::weight).containsExactly(norm, tied);
    assertThat(ordered.weights()).containsExactly(tied, norm);
  }

  /** Values that float addition rounds, so that every other order of adding gives other bits. */
  @Property(tries = 200)
  void inATreeMicroBatchesAreAddedByHalves(@ForAll @IntRange(min = 1, max = 20) int microBatches) {
    Gradients tree =
        Gradients.inTree(arena, GradientsTest::add, List.of(tied, linear, tied), microBatches);
    assertThat(tree.isApart(tied)).isTrue();
    assertThat(tree.isApart(linear)).isFalse();
    Random random = new Random(microBatches);
    float[][] leaves = new float[3 * microBatches][];
    for (int step = 0; step < 2; step++) {
      tree.begin(microBatches);
      for (int i = 0; i < microBatches; i++) {
        for (int kind = 0; kind < 3; kind++) {
          float[] leaf = new float[6];
          for (int j = 0; j < 6; j++) {
            leaf[j] = (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
          }
          leaves[kind * microBatches + i] = leaf;
          tree.contribute(
              kind == 1 ? linear : tied,
              (gradient, add) -> {
                assertThat(add).isFalse();
                gradient.set(leaf);
              });
        }
      }
      List<GradientRegion> regions = tree.regions();
      assertThat(regions).extracting(GradientRegion::use).containsExactly(0, 1, 0);
      int[] kindOf = {0, 2, 1};
      for (int region = 0; region < 3; region++) {
        float[] expected = sum(leaves, kindOf[region] * microBatches, microBatches);
        assertThat(regions.get(region).gradient().toFloats()).containsExactly(expected);
      }
    }
  }

  private static void add(Tensor x, Tensor y) {
    float[] values = x.toFloats();
    float[] sum = y.toFloats();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[i];
    }
    y.set(sum);
  }

  private static float[] sum(float[][] leaves, int first, int count) {
    if (count == 1) {
      return leaves[first];
    }
    float[] left = sum(leaves, first, count / 2);
    float[] right = sum(leaves, first + count / 2, count - count / 2);
    float[] sum = new float[left.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = left[i] + right[i];
    }
    return sum;
  }

  @Test
  void aTreeTakesLogarithmicallyManyBuffers() {
    for (int microBatches : new int[] {1, 2, 3, 4, 8, 16, 31, 32}) {
      long bytes =
          Gradients.inTree(arena, GradientsTest::add, List.of(linear), microBatches).bytes();
      int levels =
          1 + (microBatches == 1 ? 0 : 32 - Integer.numberOfLeadingZeros(microBatches - 1));
      assertThat(bytes).isEqualTo(levels * 64L);
    }
  }
}
