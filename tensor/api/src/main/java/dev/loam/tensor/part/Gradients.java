// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Arena;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The gradients of a step. They are never zeroed: the first contribution of a step overwrites what
 * is there, the following add to it. When a weight's last contribution is in, a listener is told,
 * so that its reduction over ranks can start while the backward pass goes on.
 *
 * <p>Belongs to the thread of its trainer.
 */
public final class Gradients {
  private final Map<Weight, Entry> entries = new LinkedHashMap<>();
  private final Consumer<Weight> whenReady;

  private static final class Entry {
    final Tensor gradient;
    int usesPerMicroBatch;
    int expected;
    int received;

    Entry(Tensor gradient) {
      this.gradient = gradient;
    }
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
   * Allocates a gradient for each trainable weight.
   *
   * @param uses the weights of a model; one that is used twice (a tied embedding) is listed twice,
   *     and each listing means one contribution in each micro batch
   * @param whenReady called when a weight's last contribution of the step is in
   */
  public Gradients(Arena arena, List<Weight> uses, Consumer<Weight> whenReady) {
    for (Weight weight : uses) {
      if (weight.trainable()) {
        Tensor value = weight.value();
        entries.computeIfAbsent(
                weight, w -> new Entry(arena.allocate(value.dtype(), value.shape().toArray())))
            .usesPerMicroBatch++;
      }
    }
    this.whenReady = whenReady;
  }

  /** Starts a step of that many micro batches. */
  public void begin(int microBatches) {
    for (Entry entry : entries.values()) {
      entry.expected = microBatches * entry.usesPerMicroBatch;
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
    contribution.write(entry.gradient, entry.received > 0);
    entry.received++;
    if (entry.received == entry.expected) {
      whenReady.accept(weight);
    }
  }

  /** The trained weights, each once, in the order of the model. */
  public List<Weight> weights() {
    return List.copyOf(entries.keySet());
  }

  /**
   * The gradient of a trained weight.
   *
   * @throws IllegalStateException if contributions are missing
   */
  public Tensor of(Weight weight) {
    Entry entry = entries.get(weight);
    if (entry == null) {
      throw new IllegalArgumentException(name(weight) + " is not trained");
    }
    if (entry.received != entry.expected) {
      throw new IllegalStateException(
          name(weight) + ": " + entry.received + " of " + entry.expected + " contributions are in");
    }
    return entry.gradient;
  }

  /** The gradients of all trained weights, in the order of {@link #weights}. */
  public List<Tensor> all() {
    List<Tensor> all = new ArrayList<>();
    for (Weight weight : entries.keySet()) {
      all.add(of(weight));
    }
    return all;
  }

  private static String name(Weight weight) {
    return weight.parameters().get(0).name();
  }
}
