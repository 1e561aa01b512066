// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.TensorSource;
import dev.loam.lora.LoraAdapters;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.ModelInput;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.formats.WeightFolder;
import dev.loam.parallel.ForwardPass;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Bf16;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * How far the logits of merged weights are from those of the model with the adapter beside it: the
 * largest difference, relative to the largest logit, on prompts of arbitrary tokens.
 *
 * @param float32 with weights in float32
 * @param bfloat16 with all merged weights rounded to bfloat16
 * @param tokens how many tokens the prompts have together
 */
public record MergeError(double float32, double bfloat16, int tokens) {
  private static final int PROMPTS = 4;
  private static final int LENGTH = 16;

  /**
   * Measures it. One model is in memory at a time.
   *
   * @param lease computes
   * @param options whether the head stays tied
   */
  public static MergeError measure(
      ComputeLease lease, WeightFolder base, AdapterFolder adapter, MergeOptions options) {
    float[] expected;
    try (Qwen3Model model =
        LoraAdapters.allocate(lease, base.config(), PROMPTS * LENGTH, adapter.options())) {
      model.load(base.weights());
      LoraAdapters.of(model, adapter.options()).load(adapter.tensors());
      expected = logits(model);
    }
    try (Arena arena = lease.newArena(Device.cpu())) {
      LoraMerge merge = new LoraMerge(base, List.of(adapter), options, arena);
      TensorSource merged = merge.merged();
      return new MergeError(
          error(lease, merge.config(), merged, expected),
          error(lease, merge.config(), rounded(merged), expected),
          PROMPTS * LENGTH);
    }
  }

  private static double error(
      ComputeLease lease, Qwen3Config config, TensorSource weights, float[] expected) {
    try (Qwen3Model model = Qwen3Model.allocate(lease, config, PROMPTS * LENGTH)) {
      model.load(weights);
      float[] is = logits(model);
      double most = 0;
      double difference = 0;
      for (int i = 0; i < is.length; i++) {
        most = Math.max(most, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs((double) is[i] - expected[i]));
      }
      return difference / most;
    }
  }

  private static TensorSource rounded(TensorSource weights) {
    return new ChangedTensors(
        weights,
        weights.names(),
        (name, slice) ->
            (row, values) -> {
              for (int i = 0; i < values.length; i++) {
                values[i] = Bf16.widen(Bf16.round(values[i]));
              }
            });
  }

  private static float[] logits(Qwen3Model model) {
    ComputeLease lease = model.lease();
    MicroBatch batch = ModelInput.of(prompts(model.config())).toMicroBatch(model.config());
    float[][] logits = new float[1][];
    lease.run(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            ForwardPass pass = new ForwardPass(lease, arena, model.part(), batch.tokens());
            Tensor out =
                arena.allocate(lease.computeType(), batch.tokens(), model.config().vocabSize());
            model.part().head().orElseThrow().logits(pass.hidden(batch), out);
            logits[0] = out.toFloats();
          }
        });
    return logits[0];
  }

  private static List<List<Long>> prompts(Qwen3Config config) {
    SplittableRandom random = new SplittableRandom(1);
    int length = Math.min(LENGTH, config.maxPositions());
    List<List<Long>> prompts = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      LongStream ids = random.longs(length, 0, config.vocabSize());
      prompts.add(ids.boxed().toList());
    }
    return prompts;
  }
}
