// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.data.SampleSource;
import dev.loam.data.blend.BlendedDataset;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.mindspeed.MindSpeedSamples;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The index arrays of a dataset as a safetensors file, all in I64. Where several datasets are
 * blended, the arrays of the n-th have {@code .n} after their names.
 */
final class IndexArrays {
  private final Arena arena;
  private final List<NamedTensor> tensors = new ArrayList<>();

  private IndexArrays(Arena arena) {
    this.arena = arena;
  }

  static void write(SampleSource samples, Path file) {
    try (ComputeLease lease = Engine.named(LoadedModel.ENGINE).lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      IndexArrays arrays = new IndexArrays(arena);
      arrays.add(samples, "");
      SafetensorsWriter.write(file, arrays.tensors, Map.of());
    }
  }

  private void add(SampleSource source, String suffix) {
    if (source instanceof BlendedDataset blend) {
      int size = blend.index().size();
      add("dataset_index", IntStream.range(0, size).map(blend.index()::dataset).toArray(), size);
      add(
          "dataset_sample_index",
          IntStream.range(0, size).map(blend.index()::sample).toArray(),
          size);
      for (int i = 0; i < blend.sources().size(); i++) {
        add(blend.sources().get(i), blend.sources().size() == 1 ? "" : "." + i);
      }
    } else if (source instanceof GptDataset gpt) {
      int[] documents = gpt.documentIndex();
      int[] samples = gpt.sampleIndex();
      int[] shuffle = gpt.shuffleIndex();
      add("document_index" + suffix, documents, documents.length);
      add("sample_index" + suffix, samples, samples.length / 2, 2);
      add("shuffle_index" + suffix, shuffle, shuffle.length);
    } else if (source instanceof MindSpeedSamples rows) {
      int[] order = rows.order();
      add("shuffle_index" + suffix, order, order.length);
    }
  }

  private void add(String name, int[] values, long... shape) {
    long[] longs = Arrays.stream(values).asLongStream().toArray();
    tensors.add(NamedTensor.of(name, arena.allocate(DType.I64, shape).set(longs)));
  }
}
