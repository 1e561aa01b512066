// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import dev.loam.parallel.Partition;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.GradientRegion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Neighbouring gradients that are reduced by one operation, as soon as all of them are complete.
 *
 * @param slab all gradients
 * @param regions those of the bucket, in the order of memory
 */
record Bucket(Tensor slab, List<GradientRegion> regions) {
  Bucket {
    regions = List.copyOf(regions);
  }

  long start() {
    return regions.get(0).offset();
  }

  long elements() {
    return regions.get(regions.size() - 1).end() - start();
  }

  Tensor gradients() {
    return slab.rows(start(), elements());
  }

  String name() {
    return "gradients from " + regions.get(0).weight().parameters().get(0).name() + " on";
  }

  /**
   * A piece for each rank. Cuts lie between blocks of a weight, so that a block's sum of squares is
   * the same whoever has it.
   */
  Partition pieces(int ranks) {
    long[] bounds = new long[ranks + 1];
    for (int i = 1; i < ranks; i++) {
      bounds[i] = Math.max(bounds[i - 1], cut(elements() / ranks * i));
    }
    bounds[ranks] = elements();
    return Partition.of(bounds);
  }

  private long cut(long wanted) {
    for (GradientRegion region : regions) {
      long first = region.offset() - start();
      long end = region.end() - start();
      if (wanted <= first) {
        return first;
      }
      if (wanted < end) {
        long blocks = Math.round((wanted - first) / (double) Kernels.SQUARES_BLOCK);
        return Math.min(end, first + blocks * Kernels.SQUARES_BLOCK);
      }
    }
    return elements();
  }

  /**
   * What lies between two places of the bucket.
   *
   * @param counted whether this rank counts a weight in the norm
   */
  List<OwnedPiece> owned(long from, long to, Predicate<GradientRegion> counted) {
    List<OwnedPiece> pieces = new ArrayList<>();
    for (GradientRegion region : regions) {
      long first = Math.max(start() + from, region.offset());
      long end = Math.min(start() + to, region.end());
      if (region.use() == 0 && first < end) {
        Tensor value = region.weight().value();
        long inWeight = first - region.offset();
        pieces.add(
            new OwnedPiece(
                region.weight(),
                inWeight,
                value.view(value.elements()).rows(inWeight, end - first),
                slab.rows(first, end - first),
                counted.test(region)));
      }
    }
    return pieces;
  }
}
