// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The gradients of a step, in one run of memory. They are never zeroed: the first contribution of a
 * step overwrites what is there. When the last contribution to a weight is in, a listener is told,
 * so that its reduction over ranks can start while the backward pass goes on.
 *
 * <p>Contributions are added to what is there; or, {@link #inTree in a tree}, each micro batch's
 * contribution is a leaf of a fixed binary tree over the micro batches, which makes the sum's bits
 * independent of how micro batches are split over ranks, at the price of {@code 1 + log2(micro
 * batches)} times the memory. The two uses of a tied weight are two trees then, because on the
 * stages of a pipeline they are computed apart.
 *
 * <p>Belongs to the thread of its trainer.
 */
public final class Gradients {
  /** Regions start at multiples of a cache line. */
  private static final long ALIGNMENT = 16;

  private final Map<Weight, Entry> entries = new LinkedHashMap<>();
  private final List<GradientRegion> regions = new ArrayList<>();
  private final List<Tensor> levels = new ArrayList<>();
  private final Optional<BiConsumer<Tensor, Tensor>> adder;
  private SumTree tree;
  private Consumer<GradientRegion> whenReady = region -> {};

  private static final class Entry {
    final List<GradientRegion> regions = new ArrayList<>();
    int uses;
    int expected;
    int received;
    final int[] height = new int[2];
  }

  /** Writes or adds one contribution. */
  @FunctionalInterface
  public interface Contribution {
    /**
     * Called at once.
     *
     * @param gradient shaped like the weight
     * @param accumulate whether to add to what is there instead of overwriting it
     */
    void write(Tensor gradient, boolean accumulate);
  }

  /**
   * Allocates a gradient for each trainable weight; contributions are added as they come.
   *
   * @param uses the weights of a model; one that is used twice (a tied embedding) is listed twice,
   *     and each listing means one contribution in each micro batch
   */
  public Gradients(Arena arena, List<Weight> uses) {
    this(arena, Optional.empty(), uses, 1);
  }

  /**
   * Allocates gradients that are summed in a tree.
   *
   * @param adder adds its first tensor to its second
   * @param microBatches the most of a step
   */
  public static Gradients inTree(
      Arena arena, BiConsumer<Tensor, Tensor> adder, List<Weight> uses, int microBatches) {
    return new Gradients(arena, Optional.of(adder), uses, microBatches);
  }

  private Gradients(
      Arena arena,
      Optional<BiConsumer<Tensor, Tensor>> adder,
      List<Weight> uses,
      int microBatches) {
    this.adder = adder;
    this.tree = new SumTree(microBatches);
    for (Weight weight : uses) {
      if (weight.trainable()) {
        entries.computeIfAbsent(weight, w -> new Entry()).uses++;
      }
    }
    if (!entries.isEmpty()) {
      allocate(arena);
    }
  }

  /** Weights that tensor ranks sum lie first, so that one operation can sum them all. */
  private void allocate(Arena arena) {
    List<Weight> order = new ArrayList<>(entries.keySet());
    order.sort((a, b) -> Boolean.compare(isPartial(b), isPartial(a)));
    long elements = 0;
    for (Weight weight : order) {
      elements += (isApart(weight) ? 2 : 1) * padded(weight);
    }
    DType dtype = order.get(0).value().dtype();
    for (int level = 0; level < (adder.isPresent() ? tree.depth() : 1); level++) {
      levels.add(arena.allocate(dtype, elements));
    }
    long offset = 0;
    for (Weight weight : order) {
      Entry entry = entry(weight);
      for (int use = 0; use < (isApart(weight) ? 2 : 1); use++) {
        GradientRegion region =
            new GradientRegion(weight, use, offset, at(0, offset, weight.value()));
        entry.regions.add(region);
        regions.add(region);
        offset += padded(weight);
      }
    }
  }

  private static boolean isPartial(Weight weight) {
    return weight.copies() == Copies.PARTIAL_GRADIENT;
  }

  /** Whether the two uses of a weight are summed apart, which the caller has to add at the end. */
  public boolean isApart(Weight weight) {
    return adder.isPresent() && entry(weight).uses > 1;
  }

  private static long padded(Weight weight) {
    return (weight.value().elements() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private Tensor at(int level, long offset, Tensor like) {
    return levels.get(level).rows(offset, like.elements()).view(like.shape().toArray());
  }

  /** Names who is told when a region's last contribution of the step is in. */
  public void whenReady(Consumer<GradientRegion> listener) {
    whenReady = listener;
  }

  /**
   * Starts a step of that many micro batches.
   *
   * @throws IllegalArgumentException if a tree was made for fewer
   */
  public void begin(int microBatches) {
    if (tree.leaves() != microBatches) {
      SumTree wanted = new SumTree(microBatches);
      if (adder.isPresent() && wanted.depth() > levels.size()) {
        throw new IllegalArgumentException(
            "gradients for steps of " + tree.leaves() + " micro batches, not " + microBatches);
      }
      tree = wanted;
    }
    for (Entry entry : entries.values()) {
      entry.expected = microBatches * entry.uses;
      entry.received = 0;
    }
  }

  /** Lets one contribution be written, unless the weight is not trained. */
  public void contribute(Weight weight, Contribution contribution) {
    Entry entry = entries.get(weight);
    if (entry == null) {
      return;
    }
    if (entry.received == entry.expected) {
      throw new IllegalStateException(
          "all " + entry.expected + " contributions to " + name(weight) + " are in already");
    }
    int number = entry.received++;
    if (adder.isEmpty()) {
      contribution.write(entry.regions.get(0).gradient(), number > 0);
    } else {
      // In every micro batch the uses contribute in the same order.
      GradientRegion region = entry.regions.get(number % entry.uses);
      addLeaf(entry, region, number / entry.uses, contribution);
    }
    if (entry.received == entry.expected) {
      entry.regions.forEach(whenReady);
    }
  }

  private void addLeaf(Entry entry, GradientRegion region, int leaf, Contribution contribution) {
    int use = region.use();
    int top = leaf == 0 ? 0 : entry.height[use];
    Tensor like = region.weight().value();
    contribution.write(at(top, region.offset(), like), false);
    for (int i = 0; i < tree.additionsAfter(leaf); i++) {
      adder
          .orElseThrow()
          .accept(at(top, region.offset(), like), at(top - 1, region.offset(), like));
      top--;
    }
    entry.height[use] = top + 1;
  }

  /** The trained weights, each once, in the order of the model. */
  public List<Weight> weights() {
    return List.copyOf(entries.keySet());
  }

  /** Where each gradient lies, in the order of memory. */
  public List<GradientRegion> regions() {
    return List.copyOf(regions);
  }

  /**
   * The memory of all gradients, flat. Between regions are a few unused elements.
   *
   * @throws IllegalStateException if nothing is trained
   */
  public Tensor slab() {
    if (levels.isEmpty()) {
      throw new IllegalStateException("no weight is trained");
    }
    return levels.get(0);
  }

  /** The memory of all gradients, with that of sums that wait in a tree. */
  public long bytes() {
    return levels.stream().mapToLong(level -> level.elements() * level.dtype().bytes()).sum();
  }

  /**
   * The gradient of a trained weight, or of its first use where they are {@link #isApart apart}.
   *
   * @throws IllegalStateException if contributions are missing
   */
  public Tensor of(Weight weight) {
    Entry entry = entry(weight);
    if (entry.received != entry.expected) {
      throw new IllegalStateException(
          name(weight) + ": " + entry.received + " of " + entry.expected + " contributions are in");
    }
    return entry.regions.get(0).gradient();
  }

  private Entry entry(Weight weight) {
    Entry entry = entries.get(weight);
    if (entry == null) {
      throw new IllegalArgumentException(name(weight) + " is not trained");
    }
    return entry;
  }

  private static String name(Weight weight) {
    return weight.parameters().get(0).name();
  }
}
