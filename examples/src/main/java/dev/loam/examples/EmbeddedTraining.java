// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.model.WeightType;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.DataCursor;
import dev.loam.train.DataLoader;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * Training inside an application: a tiny model learns to count, is saved in Hugging Face's format,
 * and continues a sequence. Everything native is freed when the blocks end.
 */
public final class EmbeddedTraining {
  private static final int LENGTH = 32;
  private static final int VOCABULARY = 64;

  private EmbeddedTraining() {}

  /**
   * Trains the model.
   *
   * @param folder receives the model
   * @param steps how many steps to train
   * @return what the model continues {@code 3 4 5 6} with, four tokens
   */
  public static int[] run(Path folder, long steps) {
    Qwen3Config config =
        new Qwen3Config(
            VOCABULARY, 64, 192, 2, 4, 2, 16, 256, 1e6, 1e-6, 0.02, true, SpecialTokens.none());
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.allocate(lease, config, 64);
        DataLoader batches = new Counting()) {
      model.initialize(42);
      StepMetrics last =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Constant(3e-3, new LrSchedule.WarmUp(10, 0)))
              .optTotalSteps(steps)
              .build()
              .train();
      if (!(last.loss() < 1)) {
        throw new IllegalStateException("the model did not learn: loss " + last.loss());
      }
      model.save(folder, WeightType.BFLOAT16);
      return new GreedyGenerator(model).generate(new int[] {3, 4, 5, 6}, 4, Set.of());
    }
  }

  /** Rows that count upwards, each from another number. */
  private static final class Counting implements DataLoader {
    private static final int ROWS = 4;

    @Override
    public long stepsPerEpoch() {
      return VOCABULARY;
    }

    @Override
    public long samplesPerStep() {
      return ROWS;
    }

    @Override
    public int maxTokens() {
      return ROWS * LENGTH;
    }

    @Override
    public String description() {
      return "counting";
    }

    @Override
    public List<MicroBatch> step(DataCursor at) {
      long[] ids = tokens(t -> at.sample() + 7 * (t / LENGTH) + t % LENGTH);
      long[] labels = tokens(t -> at.sample() + 7 * (t / LENGTH) + t % LENGTH + 1);
      long[] positions = LongStream.range(0, maxTokens()).map(t -> t % LENGTH).toArray();
      return List.of(new MicroBatch(ids, labels, positions, CuSeqlens.rows(ROWS, LENGTH)));
    }

    private long[] tokens(LongUnaryOperator value) {
      return LongStream.range(0, maxTokens()).map(t -> value.applyAsLong(t) % VOCABULARY).toArray();
    }

    @Override
    public void close() {}
  }
}
