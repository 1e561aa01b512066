// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A random small model and random micro batches for it: sizes that have nothing to do with one
 * another, documents of any length, ignored labels, a head chunk smaller than the rows.
 */
record TinyCase(long seed, Qwen3Config config, int chunkRows, List<MicroBatch> batches) {
  private static final int POSITIONS = 40;

  static TinyCase of(long seed) {
    return divisible(seed, 1);
  }

  /**
   * A model that so many tensor-parallel ranks can share, whose vocabulary they do not divide;
   * micro batches whose tokens they do.
   */
  static TinyCase divisible(long seed, int ranks) {
    SplittableRandom random = new SplittableRandom(seed);
    int kvHeads = ranks * random.nextInt(1, 4);
    int vocabulary = random.nextInt(5, 40);
    // Norms over very few elements make rounding errors of any size.
    int least = ranks > 1 ? 8 : 2;
    Qwen3Config config =
        new Qwen3Config(
            ranks > 1 && vocabulary % ranks == 0 ? vocabulary + 1 : vocabulary,
            random.nextInt(least, 24),
            ranks * random.nextInt(1, 20),
            random.nextInt(1, 4),
            kvHeads * random.nextInt(1, 4),
            kvHeads,
            least + 2 * random.nextInt(0, 8),
            POSITIONS,
            Math.exp(random.nextDouble(2, 14)),
            1e-6,
            0.3,
            random.nextBoolean(),
            SpecialTokens.none());
    int chunkRows = random.nextInt(1, 6);
    List<MicroBatch> batches = new ArrayList<>();
    int count = random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      batches.add(batch(random, config.vocabSize(), ranks));
    }
    return new TinyCase(seed, config, chunkRows, List.copyOf(batches));
  }

  /** Documents of random lengths whose tokens so many ranks divide. */
  static MicroBatch batch(SplittableRandom random, int vocabulary, int ranks) {
    int documents = random.nextInt(1, 5);
    int[] starts = new int[documents + 1];
    for (int i = 0; i < documents; i++) {
      starts[i + 1] = starts[i] + random.nextInt(1, 9);
    }
    starts[documents] += Math.floorMod(-starts[documents], ranks);
    int tokens = starts[documents];
    long[] ids = random.longs(tokens, 0, vocabulary).toArray();
    long[] labels = random.longs(tokens, 0, vocabulary).toArray();
    long[] positions = new long[tokens];
    for (int i = 0; i < documents; i++) {
      int offset = random.nextInt(0, 10);
      for (int t = starts[i]; t < starts[i + 1]; t++) {
        positions[t] = (long) offset + t - starts[i];
        if (t > 0 && random.nextInt(3) == 0) {
          labels[t] = LossHead.IGNORED;
        }
      }
    }
    return new MicroBatch(ids, labels, positions, CuSeqlens.of(starts));
  }

  /** The same weights on every engine: matrices as initialized, norms about one. */
  Qwen3Model model(ComputeLease lease) {
    Qwen3Model model = Qwen3Model.allocate(lease, config, chunkRows);
    fill(model);
    return model;
  }

  /** Whatever part of the model it is. */
  void fill(Qwen3Model model) {
    model.initialize(seed);
    for (Parameter parameter : model.parameters().values()) {
      if (parameter.globalShape().rank() == 1) {
        SplittableRandom random = new SplittableRandom(~seed ^ parameter.name().hashCode());
        float[] values = new float[(int) parameter.globalShape().elements()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextDouble(0.5, 1.5);
        }
        parameter.value().set(values);
      }
    }
  }

  /** All micro batches as one. */
  MicroBatch concatenated() {
    return concatenated(batches);
  }

  static MicroBatch concatenated(List<MicroBatch> batches) {
    List<Integer> starts = new ArrayList<>(List.of(0));
    List<long[]> ids = new ArrayList<>();
    List<long[]> labels = new ArrayList<>();
    List<long[]> positions = new ArrayList<>();
    for (MicroBatch batch : batches) {
      int before = starts.get(starts.size() - 1);
      for (int i = 0; i < batch.cuSeqlens().documents(); i++) {
        starts.add(before + batch.cuSeqlens().start(i) + batch.cuSeqlens().length(i));
      }
      ids.add(batch.inputIds());
      labels.add(batch.labels());
      positions.add(batch.positions());
    }
    return new MicroBatch(
        joined(ids),
        joined(labels),
        joined(positions),
        CuSeqlens.of(starts.stream().mapToInt(Integer::intValue).toArray()));
  }

  private static long[] joined(List<long[]> parts) {
    return parts.stream().flatMapToLong(Arrays::stream).toArray();
  }

  /** Each document of the micro batches as a micro batch of its own. */
  List<MicroBatch> documents() {
    List<MicroBatch> documents = new ArrayList<>();
    for (MicroBatch batch : batches) {
      for (int i = 0; i < batch.cuSeqlens().documents(); i++) {
        int from = batch.cuSeqlens().start(i);
        int length = batch.cuSeqlens().length(i);
        documents.add(
            new MicroBatch(
                part(batch.inputIds(), from, length),
                part(batch.labels(), from, length),
                part(batch.positions(), from, length),
                CuSeqlens.of(0, length)));
      }
    }
    return documents;
  }

  private static long[] part(long[] values, int from, int length) {
    return Arrays.copyOfRange(values, from, from + length);
  }
}
