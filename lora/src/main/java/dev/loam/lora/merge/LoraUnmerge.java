// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.lora.LoraModules;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.ConversionTarget;
import dev.loam.model.formats.WeightConversion;
import dev.loam.model.formats.WeightFolder;
import dev.loam.model.formats.WeightFormat;
import dev.loam.tensor.Arena;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes adapters out of merged weights. Where {@link LoraMerge} made them, with the type they had,
 * the old weights come back to the bit, which digests prove: merging rounds, and what was rounded
 * away is in a small file beside the merged weights. Without that file, as where another program
 * merged them, the difference is rounded to the type stored: of weights that the adapters made
 * larger the last bits are lost.
 */
public final class LoraUnmerge {
  private final WeightFolder merged;
  private final Arena arena;
  private final AdapterDeltas deltas;

  /**
   * What was done.
   *
   * @param tensors how many weights were changed
   * @param exact whether they are the old ones to the bit
   */
  public record Summary(int tensors, boolean exact) {}

  /**
   * The inverse of a merge.
   *
   * @param adapters those that were merged, in the same order
   * @param arena gives memory for the largest tensor
   */
  public LoraUnmerge(WeightFolder merged, List<AdapterFolder> adapters, Arena arena) {
    this.merged = merged;
    this.arena = arena;
    this.deltas = new AdapterDeltas(adapters, new LoraModules(merged.config()));
  }

  /**
   * Unmerges.
   *
   * @param output absent or empty
   * @throws CheckpointException if the weights are not those of the model or not those that these
   *     adapters were merged into, cannot be read, or the output cannot be written
   */
  public Summary run(Path output) {
    requireTypes();
    Optional<UnmergeFile> file =
        UnmergeFile.exists(merged.path())
            ? Optional.of(UnmergeFile.read(merged.path()))
            : Optional.empty();
    file.ifPresent(this::requireSameLayers);
    boolean tie = file.map(UnmergeFile::tied).orElse(false) && !merged.config().tiedEmbeddings();
    Qwen3Config config = tie ? LoraMerge.withTiedHead(merged.config(), true) : merged.config();
    TensorSource weights =
        tie ? merged.weights().only(n -> !n.equals(TiedHead.HEAD)) : merged.weights();
    TensorSource restored =
        new ChangedTensors(
            weights,
            deltas.names(),
            (name, slice) -> file.isPresent() ? restoring(name, slice) : subtracting(name, slice));
    WeightFolder base =
        new WeightFolder(merged.format(), merged.path(), config, restored, merged.companions());
    new WeightConversion(base, ConversionTarget.of(WeightFormat.HUGGING_FACE), arena)
        .run(output, folder -> file.ifPresent(f -> requireDigests(folder, f)));
    return new Summary(deltas.names().size(), file.isPresent());
  }

  private void requireTypes() {
    for (String name : deltas.names()) {
      if (merged.weights().names().contains(name)
          && !StoredBits.knows(merged.weights().type(name))) {
        throw new CheckpointException(
            "%s: tensor %s has dtype %s, which no merged weight has; check the folder"
                .formatted(merged.path(), name, merged.weights().type(name)));
      }
    }
  }

  private void requireSameLayers(UnmergeFile file) {
    if (!file.digests().keySet().equals(deltas.names())) {
      throw new CheckpointException(
          "%s: adapters for other layers were merged (%d, not %d); name those that were, all of them, in the same order"
              .formatted(merged.path(), file.digests().size(), deltas.names().size()));
    }
  }

  private ChangedTensors.Rows subtracting(String name, Slice slice) {
    AdapterDeltas.Delta delta = deltas.of(name);
    int firstColumn = (int) slice.start().size(1);
    double[] added = new double[(int) slice.shape().size(1)];
    return (row, values) -> {
      delta.row(row, firstColumn, added);
      for (int i = 0; i < values.length; i++) {
        values[i] = Residual.guess(values[i], added[i]);
      }
    };
  }

  private ChangedTensors.Rows restoring(String name, Slice slice) {
    StoredBits type = StoredBits.of(merged.weights().type(name));
    AdapterDeltas.Delta delta = deltas.of(name);
    int firstColumn = (int) slice.start().size(1);
    double[] added = new double[(int) slice.shape().size(1)];
    ResidualRows residuals =
        UnmergeFile.residuals(merged.path(), name, type, merged.weights().shape(name).size(1));
    return new ChangedTensors.Rows() {
      private long at;

      @Override
      public void change(long row, float[] values) {
        residuals.skip(row - at);
        at = row + 1;
        int[] rest = residuals.next();
        delta.row(row, firstColumn, added);
        for (int i = 0; i < values.length; i++) {
          values[i] = Residual.restored(type, values[i], added[i], rest[firstColumn + i]);
        }
      }

      @Override
      public void close() {
        residuals.close();
      }
    };
  }

  /** Reads again what was written. */
  private void requireDigests(Path folder, UnmergeFile file) {
    try (SafetensorsFolder written = SafetensorsFolder.open(folder)) {
      for (Map.Entry<String, String> expected : file.digests().entrySet()) {
        String name = expected.getKey();
        TensorDigest digest = new TensorDigest(StoredBits.of(written.type(name)));
        ChangedTensors.forEachRow(
            written, name, Slice.whole(written.shape(name)), (row, values) -> digest.add(values));
        if (!digest.hex().equals(expected.getValue())) {
          throw new CheckpointException(
              "%s: %s does not become what it was before the merge; name the adapters that were merged, in the same order, and check that the weights were not changed since"
                  .formatted(merged.path(), name));
        }
      }
    }
  }
}
