// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.DataLoader;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import dev.loam.train.TrainerBuilder;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;

/**
 * Stops a training half-way and goes on in another trainer, as another process would. What comes of
 * it is {@link PreTrain}'s model, bit for bit.
 */
public final class Resume {
  private Resume() {}

  /**
   * Runs.
   *
   * @param args the folders that receive the model and the checkpoints
   */
  public static void main(String[] args) {
    CheckpointFolder checkpoints = new CheckpointFolder(Path.of(args[1]));
    for (long steps : new long[] {75, 150}) {
      try (ComputeLease lease = Engine.named("torch").lease(1);
          Qwen3Model model = Qwen3Model.allocate(lease, Counting.MODEL, 64);
          DataLoader batches = new Counting(1)) {
        model.initialize(42);
        TrainerBuilder trainer =
            Trainer.builder(model, batches)
                .setSchedule(new LrSchedule.Constant(3e-3, new LrSchedule.WarmUp(10, 0)))
                .optTotalSteps(steps)
                .optCheckpoints(checkpoints, CheckpointPolicy.DEFAULT.withEverySteps(25));
        checkpoints.newest().ifPresent(trainer::optResume);
        StepMetrics last = trainer.build().train();
        System.out.println("after step " + last.step() + " the loss is " + last.loss());
        model.save(Path.of(args[0]), WeightType.FLOAT32);
      }
    }
  }
}
