// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.GradientRegion;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts the memory of all gradients into buckets: one of what tensor ranks sum first, one for each
 * use of a tied weight, and the others from the end on, in the order in which the backward pass
 * completes them.
 */
final class Buckets {
  private final Gradients gradients;
  private final Optional<Weight> shared;
  private final long size;
  private final List<Bucket> buckets = new ArrayList<>();
  private final List<GradientRegion> collected = new ArrayList<>();

  private Buckets(Gradients gradients, Optional<Weight> shared, long size) {
    this.gradients = gradients;
    this.shared = shared;
    this.size = size;
  }

  /**
   * The buckets.
   *
   * @param shared a weight that another stage has as well
   * @param size elements after which a bucket is full
   */
  static List<Bucket> of(Gradients gradients, Optional<Weight> shared, long size) {
    if (gradients.regions().isEmpty()) {
      return List.of();
    }
    Buckets made = new Buckets(gradients, shared, size);
    made.collect();
    return made.buckets;
  }

  private void collect() {
    List<GradientRegion> regions = gradients.regions();
    for (int i = regions.size() - 1; i >= 0; i--) {
      GradientRegion region = regions.get(i);
      boolean apart = isTied(region) || collected.stream().anyMatch(this::isTied);
      boolean otherKind = !collected.isEmpty() && isPartial(collected.get(0)) != isPartial(region);
      if (apart || otherKind || (!isPartial(region) && elements() >= size)) {
        close();
      }
      collected.add(0, region);
    }
    close();
  }

  private void close() {
    if (!collected.isEmpty()) {
      Tensor slab = gradients.slab();
      buckets.add(new Bucket(slab, collected));
      collected.clear();
    }
  }

  private long elements() {
    return collected.isEmpty()
        ? 0
        : collected.get(collected.size() - 1).end() - collected.get(0).offset();
  }

  private boolean isTied(GradientRegion region) {
    boolean isShared = shared.isPresent() && shared.get().equals(region.weight());
    return isShared || gradients.isApart(region.weight());
  }

  static boolean isPartial(GradientRegion region) {
    return region.weight().copies() == Copies.PARTIAL_GRADIENT;
  }
}
