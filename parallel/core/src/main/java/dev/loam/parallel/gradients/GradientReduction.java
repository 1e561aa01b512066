// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.GradientRegion;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sums gradients over ranks. Those of data-parallel ranks are summed bucket by bucket, each as soon
 * as the backward pass has completed it, beside what is left of the pass. When the optimizer states
 * are shared (ZeRO-1; Rajbhandari et al., arXiv 1910.02054) each rank receives the sums of its
 * pieces alone, updates those, and the updated weights are given to all.
 *
 * <p>A step calls {@link #finish} after the backward pass, updates {@link #owned}, and calls {@link
 * #distribute}. Belongs to the thread of its rank.
 */
public final class GradientReduction {
  private final Kernels kernels;
  private final RankGroups groups;
  private final Optional<Weight> shared;
  private final boolean sharded;
  private final List<Pending> buckets = new ArrayList<>();
  private final Map<GradientRegion, Pending> bucketOf = new HashMap<>();
  private final List<OwnedPiece> owned = new ArrayList<>();
  private List<Timing> timings = List.of();

  /** A bucket and how far it is. */
  private static final class Pending {
    final Bucket bucket;
    int missing;
    Optional<Work> work = Optional.empty();
    long startedNanos;

    Pending(Bucket bucket) {
      this.bucket = bucket;
      this.missing = bucket.regions().size();
    }

    void start(Supplier<Work> operation) {
      startedNanos = System.nanoTime();
      work = Optional.of(operation.get());
    }
  }

  /**
   * When a bucket was reduced, by {@link System#nanoTime}.
   *
   * @param bucket names its first weight
   */
  public record Timing(String bucket, long startedNanos, long completedNanos) {}

  /**
   * Takes over the gradients' listener.
   *
   * @param shared a weight that the first and the last stage both have
   * @param bucketElements elements after which a bucket is full
   */
  public GradientReduction(
      Kernels kernels,
      Gradients gradients,
      RankGroups groups,
      Optional<Weight> shared,
      long bucketElements) {
    this.kernels = kernels;
    this.groups = groups;
    this.shared = shared;
    this.sharded = groups.layout().shardedOptimizer() && groups.data().size() > 1;
    for (Bucket bucket : Buckets.of(gradients, shared, bucketElements)) {
      Pending pending = new Pending(bucket);
      buckets.add(pending);
      // Unused elements between regions take part in sums.
      kernels.fill(bucket.gradients(), 0);
      bucket.regions().forEach(region -> bucketOf.put(region, pending));
      Partition pieces = bucket.pieces(groups.data().size());
      int piece = groups.data().rank();
      long from = sharded ? pieces.start(piece) : 0;
      long to = sharded ? from + pieces.length(piece) : bucket.elements();
      owned.addAll(bucket.owned(from, to, this::isCounted));
    }
    gradients.whenReady(this::ready);
  }

  /** Whether this rank is the one of those with the same gradient that counts it. */
  private boolean isCounted(GradientRegion region) {
    boolean firstReplica = sharded || groups.position().data() == 0;
    boolean firstCopy = region.weight().copies() == Copies.NONE || groups.position().tensor() == 0;
    return firstReplica && firstCopy && !(isShared(region) && groups.position().stage() > 0);
  }

  private boolean isShared(GradientRegion region) {
    return shared.isPresent() && shared.get().equals(region.weight());
  }

  private void ready(GradientRegion region) {
    Pending pending = Objects.requireNonNull(bucketOf.get(region));
    pending.missing--;
    if (pending.missing == 0) {
      pending.missing = pending.bucket.regions().size();
      start(pending);
    }
  }

  private void start(Pending pending) {
    ProcessGroup data = groups.data();
    if (data.size() > 1) {
      Bucket bucket = pending.bucket;
      Tensor gradients = bucket.gradients();
      pending.start(
          () ->
              sharded
                  ? data.reduceScatter(gradients, bucket.pieces(data.size()), bucket.name())
                  : data.allReduce(gradients, Reduction.SUM, bucket.name()));
    }
  }

  /** Waits until all gradients are summed; this rank's pieces of them are complete then. */
  public void finish() {
    List<Timing> done = new ArrayList<>();
    for (Pending pending : buckets) {
      pending.work.ifPresent(
          work -> {
            work.await();
            done.add(
                new Timing(pending.bucket.name(), pending.startedNanos, work.completedNanos()));
          });
      pending.work = Optional.empty();
    }
    timings = List.copyOf(done);
    for (Pending pending : buckets) {
      addTensorRanks(pending.bucket);
      addOtherUse(pending.bucket);
    }
  }

  /** Adds what the tensor ranks have of gradients that each computed a part of. */
  private void addTensorRanks(Bucket bucket) {
    if (Buckets.isPartial(bucket.regions().get(0))) {
      groups.tensor().allReduce(ownPiece(bucket), Reduction.SUM, bucket.name()).await();
    }
  }

  /** The other use of a tied weight: on another stage, or kept apart here. */
  private void addOtherUse(Bucket bucket) {
    GradientRegion region = bucket.regions().get(0);
    if (isShared(region) && groups.embedding().isPresent()) {
      Tensor piece = ownPiece(bucket);
      groups.embedding().get().allReduce(piece, Reduction.SUM, bucket.name()).await();
    } else if (region.use() == 1) {
      for (Pending first : buckets) {
        GradientRegion other = first.bucket.regions().get(0);
        if (other.use() == 0 && other.weight().equals(region.weight())) {
          kernels.add(ownPiece(bucket), ownPiece(first.bucket));
        }
      }
    }
  }

  private Tensor ownPiece(Bucket bucket) {
    if (!sharded) {
      return bucket.gradients();
    }
    Partition pieces = bucket.pieces(groups.data().size());
    int rank = groups.data().rank();
    return bucket.gradients().rows(pieces.start(rank), pieces.length(rank));
  }

  /** What this rank updates. */
  public List<OwnedPiece> owned() {
    return List.copyOf(owned);
  }

  /** When the buckets of the last step were reduced over data-parallel ranks. */
  public List<Timing> timings() {
    return timings;
  }

  /**
   * Gives the updated pieces to all data-parallel ranks, if they updated different ones. The
   * gradients' memory carries them.
   */
  public void distribute() {
    if (!sharded) {
      return;
    }
    owned.forEach(piece -> kernels.copy(piece.value(), piece.gradient()));
    ProcessGroup data = groups.data();
    for (Pending pending : buckets) {
      Bucket bucket = pending.bucket;
      pending.start(
          () -> data.allGather(bucket.gradients(), bucket.pieces(data.size()), bucket.name()));
    }
    for (Pending pending : buckets) {
      pending.work.ifPresent(Work::await);
      pending.work = Optional.empty();
      for (GradientRegion region : pending.bucket.regions()) {
        if (region.use() == 0) {
          kernels.copy(region.gradient(), region.weight().value());
        }
      }
    }
  }
}
