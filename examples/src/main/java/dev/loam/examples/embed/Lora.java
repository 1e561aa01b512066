// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.lora.LoraAdaptation;
import dev.loam.lora.LoraAdapters;
import dev.loam.lora.LoraInit;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.PetTargets;
import dev.loam.lora.peft.AdaptedModel;
import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.RankGroups;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.DataLoader;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Trains a low-rank adapter beside a saved model, whose own weights stay as they are, and generates
 * with both: one that counts upwards counts downwards with its adapter.
 */
public final class Lora {
  private static final LoraOptions OPTIONS =
      new LoraOptions(8, 16, 0.05, false, PetTargets.parse("all-linear", List.of(), false));

  private Lora() {}

  /**
   * Runs.
   *
   * @param args the folder of the model, the folder that receives the adapter in PEFT's format, and
   *     the numbers to continue
   */
  public static void main(String[] args) {
    Path base = Path.of(args[0]);
    Path adapter = Path.of(args[1]);
    int[] prompt = Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray();
    try (ComputeLease lease = Engine.named("torch").lease(1)) {
      train(lease, base, adapter);
      try (Qwen3Model model = AdaptedModel.open(lease, base, adapter, 64)) {
        int[] written = new GreedyGenerator(model).generate(prompt, 4, Set.of());
        System.out.println(Arrays.toString(prompt) + " goes on with " + Arrays.toString(written));
      }
    }
  }

  private static void train(ComputeLease lease, Path base, Path adapter) {
    Qwen3Config config = Qwen3Config.read(base.resolve("config.json"));
    LoraAdaptation adaptation = new LoraAdaptation(OPTIONS, 42, parameter -> false);
    try (Qwen3Model model =
            Qwen3Model.share(lease, config, 64, RankGroups.single(), 0, adaptation);
        DataLoader batches = new Counting(-1)) {
      model.load(base);
      LoraAdapters adapters = LoraAdapters.of(model, OPTIONS);
      adapters.initialize(42, LoraInit.HE_UNIFORM);
      StepMetrics last =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Linear(1e-2, new LrSchedule.WarmUp(10, 0), 150))
              .optTotalSteps(150)
              .build()
              .train();
      AdaptedModel.save(model, adapters, adapter, Optional.of(base));
      System.out.println("adapted to a loss of " + last.loss());
    }
  }
}
