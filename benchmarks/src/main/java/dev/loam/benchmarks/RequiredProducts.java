// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.benchmarks.Product.Kind;
import dev.loam.benchmarks.Product.Size;
import dev.loam.model.Qwen3Config;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The matrix products that a pass through a model requires, counted from its shape. Attention is
 * made of products as well: of the scores {@code q kᵀ}, keys are the weights of a linear layer of
 * queries; of {@code p v}, values are, as in an input's gradient. Causal attention needs one half
 * of each, T²/2 pairs; its backward has five where the forward has two, the scores once more among
 * them.
 *
 * @param documents that do not see each other
 * @param length tokens of each
 */
record RequiredProducts(Qwen3Config config, int documents, int length) {
  /** Rows of the head at once: more are not faster, and their logits are large. */
  private static final List<Integer> HEAD_ROWS = List.of(256, 512);

  /** Queries and keys of a block of attention at once: in the cache, or as many as pay. */
  private static final List<Integer> ATTENTION_BLOCKS = List.of(256, 512, 1024);

  /**
   * Of a training step: forward and both gradients of everything.
   *
   * @param recomputedLayers run forward once more, but for the last product, which no gradient
   *     needs the result of
   * @param frozen whether the weights have no gradients, because adapters are trained; what those
   *     take themselves is left out
   */
  List<Product> ofStep(int recomputedLayers, boolean frozen) {
    Set<Kind> kinds =
        frozen ? EnumSet.of(Kind.FORWARD, Kind.INPUT_GRADIENT) : EnumSet.allOf(Kind.class);
    List<Product> all = new ArrayList<>();
    for (Kind kind : kinds) {
      layerSizes().forEach(size -> all.add(Product.of(kind, size, config.layers())));
      all.add(head(kind));
    }
    all.addAll(attentionForward(config.layers()));
    all.addAll(attentionBackward());
    if (recomputedLayers > 0) {
      rebuiltSizes().forEach(size -> all.add(Product.of(Kind.FORWARD, size, recomputedLayers)));
      all.addAll(attentionForward(recomputedLayers));
    }
    return all;
  }

  /** Of reading a prompt: forward, with logits of the last token of each document. */
  List<Product> ofPrompt() {
    List<Product> all = new ArrayList<>(attentionForward(config.layers()));
    layerSizes().forEach(size -> all.add(Product.of(Kind.FORWARD, size, config.layers())));
    Size head = new Size(documents, config.hiddenSize(), config.vocabSize());
    all.add(Product.of(Kind.FORWARD, head, 1));
    return all;
  }

  private int tokens() {
    return documents * length;
  }

  /** The linear layers of a decoder layer. */
  private List<Size> layerSizes() {
    List<Size> sizes = new ArrayList<>(rebuiltSizes());
    sizes.add(new Size(tokens(), config.intermediateSize(), config.hiddenSize()));
    return sizes;
  }

  /** All of them but the last, down. */
  private List<Size> rebuiltSizes() {
    int hidden = config.hiddenSize();
    int queries = config.heads() * config.headSize();
    int keys = config.keyValueHeads() * config.headSize();
    return List.of(
        new Size(tokens(), hidden, queries + 2 * keys),
        new Size(tokens(), queries, hidden),
        new Size(tokens(), hidden, 2 * config.intermediateSize()));
  }

  private Product head(Kind kind) {
    Size whole = new Size(tokens(), config.hiddenSize(), config.vocabSize());
    List<Size> sizes =
        HEAD_ROWS.stream()
            .map(rows -> Math.min(rows, tokens()))
            .distinct()
            .map(rows -> new Size(rows, whole.inputs(), whole.outputs()))
            .toList();
    return new Product(kind, sizes, whole.operations());
  }

  private List<Product> attentionForward(int layers) {
    return List.of(
        attention(Kind.FORWARD, layers), // scores
        attention(Kind.INPUT_GRADIENT, layers)); // probabilities by values
  }

  private List<Product> attentionBackward() {
    int layers = config.layers();
    return List.of(
        attention(Kind.FORWARD, 2 * layers), // scores, gradient of the probabilities
        attention(Kind.INPUT_GRADIENT, layers), // gradient of the queries
        attention(Kind.WEIGHT_GRADIENT, 2 * layers)); // gradients of keys and values
  }

  private Product attention(Kind kind, int times) {
    double pairs = 0.5 * length * length * documents;
    List<Size> blocks =
        ATTENTION_BLOCKS.stream()
            .map(side -> Math.min(side, length))
            .distinct()
            .map(side -> new Size(side, config.headSize(), side))
            .toList();
    return new Product(kind, blocks, times * 2 * pairs * config.headSize() * config.heads());
  }
}
