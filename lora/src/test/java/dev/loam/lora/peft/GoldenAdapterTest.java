// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.ForwardPass;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden cases 04: the logits of a model with an adapter of PEFT's beside it, within 1e-5 of the
 * largest, as stated with the cases.
 */
class GoldenAdapterTest {
  @ParameterizedTest
  @CsvSource({
    "b0, init",
    "b0, final",
    "brand, init",
    "brand, final",
    "embed, init",
    "embed, final"
  })
  void logits(String name, String when) {
    Path golden = TestData.golden("04-lora-" + name);
    String base =
        TestData.json(golden.resolve("meta.json")).path("model_from").asText().replace("open-", "");
    GoldenTensors truth = new GoldenTensors(golden.resolve("golden.safetensors"));
    long[] ids = Arrays.stream(truth.doubles("probe.input_ids")).mapToLong(d -> (long) d).toArray();
    double[] expected = truth.doubles("probe.logits_" + when + "_adapter");
    int rows = 4;
    int length = ids.length / rows;
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model =
            AdaptedModel.open(
                lease, TestData.golden(base).resolve("hf"), golden.resolve("adapter_" + when), 8)) {
      double[] logits =
          lease.call(
              () -> {
                try (Arena arena = lease.newArena(Device.cpu())) {
                  long[] positions = LongStream.range(0, ids.length).map(t -> t % length).toArray();
                  MicroBatch batch =
                      new MicroBatch(ids, ids, positions, CuSeqlens.rows(rows, length));
                  ForwardPass pass = new ForwardPass(lease, arena, model.part(), ids.length);
                  Tensor out =
                      arena.allocate(lease.computeType(), ids.length, model.config().vocabSize());
                  model.part().head().orElseThrow().logits(pass.hidden(batch), out);
                  return out.toDoubles();
                }
              });
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      double error = 0;
      for (int i = 0; i < logits.length; i++) {
        error = Math.max(error, Math.abs(logits[i] - expected[i]));
      }
      assertThat(error / largest).isLessThanOrEqualTo(1e-5);
    }
  }
}
