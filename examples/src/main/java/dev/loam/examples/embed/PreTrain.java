// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.ConsoleListener;
import dev.loam.train.DataLoader;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import java.nio.file.Path;

/** Pre-trains a model from random weights and saves it in Hugging Face's format. */
public final class PreTrain {
  private PreTrain() {}

  /**
   * Runs.
   *
   * @param args the folder that receives the model
   */
  public static void main(String[] args) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.allocate(lease, Counting.MODEL, 64);
        DataLoader batches = new Counting(1)) {
      model.initialize(42);
      StepMetrics last =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Constant(3e-3, new LrSchedule.WarmUp(10, 0)))
              .optTotalSteps(150)
              .addListener(new ConsoleListener(System.out::println))
              .build()
              .train();
      model.save(Path.of(args[0]), WeightType.FLOAT32);
      System.out.println("trained to a loss of " + last.loss());
    }
  }
}
