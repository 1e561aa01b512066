// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.ModelShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape of a dense Qwen3 model.
 *
 * @param vocabSize rows of the embedding, at least the tokenizer's vocabulary
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward network
 * @param layers number of decoder layers
 * @param heads number of query heads
 * @param keyValueHeads number of key/value heads; divides {@code heads}
 * @param headSize size of one head; independent of {@code hiddenSize / heads}
 * @param maxPositions the longest sequence there are rotary angles for
 * @param ropeTheta base of the rotary frequencies
 * @param rmsNormEps added to mean squares
 * @param initializerRange standard deviation of initial weights
 * @param tiedEmbeddings whether the head uses the embedding's weight
 * @param tokens the special token ids, passed through
 */
public record Qwen3Config(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    int maxPositions,
    double ropeTheta,
    double rmsNormEps,
    double initializerRange,
    boolean tiedEmbeddings,
    SpecialTokens tokens) {

  /** A size above which a value is taken for a mistake rather than a model. */
  private static final int MAX_SIZE = 1 << 24;

  /** Checks all values. */
  public Qwen3Config {
    List<String> problems =
        problems(
            vocabSize,
            hiddenSize,
            intermediateSize,
            layers,
            heads,
            keyValueHeads,
            headSize,
            maxPositions,
            ropeTheta,
            rmsNormEps,
            initializerRange);
    if (!problems.isEmpty()) {
      throw new ModelConfigException("model configuration", problems);
    }
  }

  /** Reads Hugging Face's {@code config.json}. */
  public static Qwen3Config read(Path file) {
    return HuggingFaceConfig.read(file);
  }

  /**
   * The text of {@code config.json} in the layout published with Qwen3.
   *
   * @param dtype of the weights, as PyTorch calls it
   */
  public String toJson(String dtype) {
    return HuggingFaceConfigWriter.json(this, dtype);
  }

  /** Writes {@code config.json} in the layout published with Qwen3. */
  public void write(Path file, String dtype) {
    HuggingFaceConfigWriter.write(this, dtype, file);
  }

  /** The number of parameters, a tied embedding counted once. */
  public long parameterCount() {
    long attention = (long) hiddenSize * headSize * (2L * heads + 2L * keyValueHeads);
    long feedForward = 3L * hiddenSize * intermediateSize;
    long layer = attention + feedForward + 2L * hiddenSize + 2L * headSize;
    long embedding = (long) vocabSize * hiddenSize;
    return layers * layer + hiddenSize + (tiedEmbeddings ? 1 : 2) * embedding;
  }

  /** What decides among how many ranks it can be divided. */
  public ModelShape shape() {
    return new ModelShape(layers, heads, keyValueHeads, intermediateSize, vocabSize);
  }

  /** What the layers of one of so many tensor-parallel ranks have. */
  Qwen3Config slice(int ranks) {
    if (heads % ranks != 0 || keyValueHeads % ranks != 0 || intermediateSize % ranks != 0) {
      throw new IllegalArgumentException(
          heads
              + " heads, "
              + keyValueHeads
              + " key/value heads and intermediate size "
              + intermediateSize
              + " cannot be divided among "
              + ranks
              + " ranks");
    }
    return new Qwen3Config(
        vocabSize,
        hiddenSize,
        intermediateSize / ranks,
        layers,
        heads / ranks,
        keyValueHeads / ranks,
        headSize,
        maxPositions,
        ropeTheta,
        rmsNormEps,
        initializerRange,
        tiedEmbeddings,
        tokens);
  }

  static List<String> problems(
      int vocabSize,
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int keyValueHeads,
      int headSize,
      int maxPositions,
      double ropeTheta,
      double rmsNormEps,
      double initializerRange) {
    List<String> problems = new ArrayList<>();
    checkSize(problems, "vocab_size", vocabSize);
    checkSize(problems, "hidden_size", hiddenSize);
    checkSize(problems, "intermediate_size", intermediateSize);
    checkSize(problems, "num_hidden_layers", layers);
    checkSize(problems, "num_attention_heads", heads);
    checkSize(problems, "num_key_value_heads", keyValueHeads);
    checkSize(problems, "head_dim", headSize);
    checkSize(problems, "max_position_embeddings", maxPositions);
    if (headSize % 2 != 0) {
      problems.add("head_dim must be even for rotary positions, not " + headSize);
    }
    if (keyValueHeads > 0 && heads % keyValueHeads != 0) {
      problems.add(
          "num_attention_heads "
              + heads
              + " is not a multiple of num_key_value_heads "
              + keyValueHeads);
    }
    checkPositive(problems, "rope_theta", ropeTheta);
    checkPositive(problems, "rms_norm_eps", rmsNormEps);
    checkPositive(problems, "initializer_range", initializerRange);
    return problems;
  }

  private static void checkSize(List<String> problems, String key, int value) {
    if (value < 1 || value > MAX_SIZE) {
      problems.add(key + " must be between 1 and " + MAX_SIZE + ", not " + value);
    }
  }

  private static void checkPositive(List<String> problems, String key, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      problems.add(key + " must be a positive number, not " + value);
    }
  }
}
