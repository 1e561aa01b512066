// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.HeapArena;
import dev.loam.parallel.Partition;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.GradientRegion;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BucketTest {
  private static final long BLOCK = Kernels.SQUARES_BLOCK;

  private final HeapArena arena = new HeapArena();

  private Weight weight(String name, long elements, Copies copies) {
    Tensor value = arena.allocate(DType.F32, elements);
    Shape shape = value.shape();
    Parameter parameter = new Parameter(name, shape, Slice.whole(shape), value, true, true);
    return new Weight(value, List.of(parameter), copies);
  }

  private Weight weight(String name, long elements) {
    return weight(name, elements, Copies.NONE);
  }

  private static List<List<String>> names(List<Bucket> buckets) {
    return buckets.stream().map(b -> b.regions().stream().map(BucketTest::name).toList()).toList();
  }

  private static String name(GradientRegion region) {
    return region.weight().parameters().get(0).name();
  }

  @Test
  void bucketsFillFromTheEnd() {
    List<Weight> weights =
        Stream.of("a", "b", "c", "d", "e").map(name -> weight(name, 100)).toList();
    Gradients gradients = new Gradients(arena, weights);
    assertThat(names(Buckets.of(gradients, Optional.empty(), 200)))
        .containsExactly(List.of("d", "e"), List.of("b", "c"), List.of("a"));
    assertThat(names(Buckets.of(gradients, Optional.empty(), 1)))
        .containsExactly(List.of("e"), List.of("d"), List.of("c"), List.of("b"), List.of("a"));
    assertThat(names(Buckets.of(gradients, Optional.empty(), 1 << 20)))
        .containsExactly(List.of("a", "b", "c", "d", "e"));
  }

  @Test
  void whatTensorRanksSumFirstIsOneBucketWhateverItsSize() {
    List<Weight> weights =
        List.of(
            weight("a", 100),
            weight("p", 100, Copies.PARTIAL_GRADIENT),
            weight("s", 100, Copies.SAME_GRADIENT),
            weight("q", 100, Copies.PARTIAL_GRADIENT),
            weight("b", 100));
    assertThat(names(Buckets.of(new Gradients(arena, weights), Optional.empty(), 1)))
        .containsExactly(List.of("b"), List.of("s"), List.of("a"), List.of("p", "q"));
  }

  @Test
  void aSharedWeightStandsAlone() {
    List<Weight> weights = List.of(weight("a", 9), weight("tied", 9), weight("b", 9));
    Gradients gradients = new Gradients(arena, weights);
    assertThat(names(Buckets.of(gradients, Optional.of(weights.get(1)), 1000)))
        .containsExactly(List.of("b"), List.of("tied"), List.of("a"));
  }

  @Test
  void bothUsesOfATiedWeightStandAlone() {
    Weight tied = weight("tied", 9);
    List<Weight> uses = List.of(tied, weight("a", 9), tied);
    Gradients added = new Gradients(arena, uses);
    assertThat(names(Buckets.of(added, Optional.empty(), 1000)))
        .containsExactly(List.of("tied", "a"));
    Gradients apart = Gradients.inTree(arena, (x, y) -> {}, uses, 2);
    assertThat(names(Buckets.of(apart, Optional.empty(), 1000)))
        .containsExactly(List.of("a"), List.of("tied"), List.of("tied"));
  }

  @Test
  void nothingTrainedIsNoBucket() {
    assertThat(Buckets.of(new Gradients(arena, List.of()), Optional.empty(), 10)).isEmpty();
  }

  /**
   * The pieces of any bucket for any number of ranks: they cover every weight once, and begin at
   * whole blocks of a weight, so that sums of squares of blocks are the same as of one rank.
   */
  @Test
  void piecesAreWholeBlocksAndCoverEverything() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 300; trial++) {
      List<Weight> weights = new ArrayList<>();
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        boolean round = random.nextBoolean();
        weights.add(
            weight("w" + i, round ? BLOCK * random.nextInt(1, 4) : random.nextInt(1, 20_000)));
      }
      Gradients gradients = new Gradients(arena, weights);
      Bucket bucket = Buckets.of(gradients, Optional.empty(), Long.MAX_VALUE).get(0);
      int ranks = random.nextInt(1, 10);
      Partition pieces = bucket.pieces(ranks);
      assertThat(pieces.pieces()).isEqualTo(ranks);
      assertThat(pieces.elements()).isEqualTo(bucket.elements());
      long[] covered = new long[count];
      for (int rank = 0; rank < ranks; rank++) {
        long from = pieces.start(rank);
        // No piece is further from its fair share than rounding to a block takes it, at both ends.
        assertThat(pieces.length(rank))
            .isLessThanOrEqualTo(bucket.elements() / ranks + BLOCK + 16 + ranks);
        for (OwnedPiece piece : bucket.owned(from, from + pieces.length(rank), region -> true)) {
          int number = weights.indexOf(piece.weight());
          assertThat(piece.start()).isEqualTo(covered[number]);
          assertThat(piece.start() % BLOCK).isZero();
          assertThat(piece.value().elements()).isEqualTo(piece.gradient().elements());
          covered[number] += piece.value().elements();
        }
      }
      for (int i = 0; i < count; i++) {
        assertThat(covered[i]).isEqualTo(weights.get(i).value().elements());
      }
    }
  }

  @Test
  void moreRanksThanBlocksLeavesSomeWithNothing() {
    Gradients gradients = new Gradients(arena, List.of(weight("w", BLOCK + 5)));
    Bucket bucket = Buckets.of(gradients, Optional.empty(), 1).get(0);
    Partition pieces = bucket.pieces(4);
    assertThat(pieces).hasToString("[0, 0, 4096, 4096, 4101]");
    assertThat(bucket.owned(0, 0, region -> true)).isEmpty();
    assertThat(bucket.owned(BLOCK, BLOCK + 5, region -> false))
        .singleElement()
        .satisfies(piece -> assertThat(piece.start()).isEqualTo(BLOCK))
        .satisfies(piece -> assertThat(piece.counted()).isFalse());
  }
}
