// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.DataLoader;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import java.nio.file.Path;

/** Trains all weights of a saved model on other data: one that counts upwards learns downwards. */
public final class FineTune {
  private FineTune() {}

  /**
   * Runs.
   *
   * @param args the folder of the model, and the folder that receives the tuned one
   */
  public static void main(String[] args) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.open(lease, Path.of(args[0]), 64);
        DataLoader batches = new Counting(-1)) {
      StepMetrics last =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Linear(2e-3, new LrSchedule.WarmUp(10, 0), 150))
              .optTotalSteps(150)
              .build()
              .train();
      model.save(Path.of(args[1]), WeightType.BFLOAT16);
      System.out.println("tuned to a loss of " + last.loss());
    }
  }
}
