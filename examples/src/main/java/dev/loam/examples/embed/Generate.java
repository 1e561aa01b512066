// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/** Lets a saved model continue a sequence. */
public final class Generate {
  private Generate() {}

  /**
   * Runs.
   *
   * @param args the folder of the model, and the numbers to continue
   */
  public static void main(String[] args) {
    int[] prompt = Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray();
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.open(lease, Path.of(args[0]), 64)) {
      int[] written = new GreedyGenerator(model).generate(prompt, 4, Set.of());
      System.out.println(Arrays.toString(prompt) + " goes on with " + Arrays.toString(written));
    }
  }
}
