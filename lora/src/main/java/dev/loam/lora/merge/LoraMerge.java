// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.lora.LoraModules;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.ConversionTarget;
import dev.loam.model.formats.WeightConversion;
import dev.loam.model.formats.WeightFolder;
import dev.loam.model.formats.WeightFormat;
import dev.loam.tensor.Arena;
import java.nio.file.Path;
import java.util.List;

/**
 * Adds adapters to the weights of a model and writes it as a Hugging Face folder: {@code W + scale
 * · B A}, computed in double precision, rounded once to float32 and, where that is narrower, to the
 * type stored. Of the model no more is in memory than its largest tensor.
 *
 * <p>Where the head of a model is its embedding and an adapter changes the embedding, the model
 * with the adapter has the old head; the merged model then has a head of its own.
 */
public final class LoraMerge {
  private static final String EMBEDDING = LowRankMatrix.EMBEDDING + ".weight";

  private final WeightFolder base;
  private final MergeOptions options;
  private final Arena arena;
  private final AdapterDeltas deltas;

  /**
   * What was done.
   *
   * @param tensors how many weights were changed
   * @param untied whether the model has a head of its own that had none before
   * @param restorable whether the base can be restored to the bit, see {@link LoraUnmerge}
   */
  public record Summary(int tensors, boolean untied, boolean restorable) {}

  /**
   * A merge.
   *
   * @param adapters for this model, in the order in which they are added
   * @param arena gives memory for the largest tensor
   */
  public LoraMerge(
      WeightFolder base, List<AdapterFolder> adapters, MergeOptions options, Arena arena) {
    this.base = base;
    this.options = options;
    this.arena = arena;
    this.deltas = new AdapterDeltas(adapters, new LoraModules(base.config()));
  }

  /**
   * Merges.
   *
   * @param output absent or empty
   * @throws CheckpointException if the weights are not those of the model, cannot be read, or the
   *     output cannot be written
   */
  public Summary run(Path output) {
    requireTypes();
    boolean restorable = keepsTypes();
    WeightFolder folder =
        new WeightFolder(base.format(), base.path(), config(), merged(), base.companions());
    new WeightConversion(folder, target(), arena)
        .run(
            output,
            inside -> {
              if (restorable) {
                boolean tied = base.config().tiedEmbeddings();
                UnmergeFile.write(inside, tied, base.weights(), deltas);
              }
            });
    return new Summary(deltas.names().size(), unties(), restorable);
  }

  private boolean changesTiedEmbedding() {
    return base.config().tiedEmbeddings() && deltas.names().contains(EMBEDDING);
  }

  private boolean unties() {
    return changesTiedEmbedding() && !options.keepTied();
  }

  /** What the merged model is. */
  Qwen3Config config() {
    return unties() ? withTiedHead(base.config(), false) : base.config();
  }

  /** The merged weights, made when they are read. */
  TensorSource merged() {
    TensorSource source = base.weights();
    if (unties()) {
      source = new TiedHead(source);
    } else if (changesTiedEmbedding()) {
      source = source.only(name -> !name.equals(TiedHead.HEAD));
    }
    return new ChangedTensors(
        source,
        deltas.names(),
        (name, slice) -> {
          AdapterDeltas.Delta delta = deltas.of(name);
          int firstColumn = (int) slice.start().size(1);
          double[] added = new double[(int) slice.shape().size(1)];
          return (row, values) -> {
            delta.row(row, firstColumn, added);
            for (int i = 0; i < values.length; i++) {
              values[i] = Residual.merged(values[i], added[i]);
            }
          };
        });
  }

  private ConversionTarget target() {
    ConversionTarget target = ConversionTarget.of(WeightFormat.HUGGING_FACE);
    return options.dtype().map(target::withType).orElse(target);
  }

  private void requireTypes() {
    for (String name : deltas.names()) {
      SafetensorsType type =
          base.weights().names().contains(name) ? base.weights().type(name) : SafetensorsType.F32;
      if (!StoredBits.knows(type)) {
        throw new CheckpointException(
            "%s: tensor %s has dtype %s, to which nothing can be added; convert the model to float32 first"
                .formatted(base.path(), name, type));
      }
    }
  }

  private boolean keepsTypes() {
    return options
        .dtype()
        .map(
            type ->
                base.weights().names().stream().allMatch(name -> base.weights().type(name) == type))
        .orElse(true);
  }

  static Qwen3Config withTiedHead(Qwen3Config config, boolean tied) {
    return new Qwen3Config(
        config.vocabSize(),
        config.hiddenSize(),
        config.intermediateSize(),
        config.layers(),
        config.heads(),
        config.keyValueHeads(),
        config.headSize(),
        config.maxPositions(),
        config.ropeTheta(),
        config.rmsNormEps(),
        config.initializerRange(),
        tied,
        config.tokens());
  }
}
