// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.PetTargets;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.formats.WeightFolder;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layers with adapters and the merged weights are two ways to one result. */
class MergeErrorTest {
  @TempDir private Path folder;

  @Test
  void mergedWeightsDoWhatTheAdapterDoes() {
    Path tied = TestData.golden("01-model-a-tied").resolve("hf");
    Path untied = TestData.golden("01-model-b-untied").resolve("hf");
    // 1e-5 is the limit of merging; the noise of float32 on these models is below 3e-6.
    for (String golden : List.of("brand", "embed")) {
      Path adapter = TestData.golden("04-lora-" + golden).resolve("adapter_final");
      MergeError error = measure(untied, adapter, MergeOptions.DEFAULT);
      assertThat(error.float32()).as(golden).isPositive().isLessThan(1e-5);
      assertThat(error.bfloat16()).as(golden).isBetween(1e-4, 0.1);
    }
    String seed = ".*word_embeddings|.*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2";
    LoraOptions options =
        new LoraOptions(4, 8, 0.1, false, PetTargets.parse(seed, List.of(), false));
    Path adapter = RandomAdapter.write(folder.resolve("adapter"), tied, options, 0.2);
    assertThat(measure(tied, adapter, MergeOptions.DEFAULT).float32()).isLessThan(1e-5);
    MergeOptions keep = new MergeOptions(Optional.empty(), true);
    assertThat(measure(tied, adapter, keep).float32())
        .as("the head follows the embedding's adapter, which it did not")
        .isGreaterThan(1e-2);
  }

  private static MergeError measure(Path base, Path adapter, MergeOptions options) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        WeightFolder weights = WeightFolder.open(base, Optional.empty());
        AdapterFolder open = AdapterFolder.open(adapter, new LoraModules(weights.config()))) {
      return MergeError.measure(lease, weights, open, options);
    }
  }
}
