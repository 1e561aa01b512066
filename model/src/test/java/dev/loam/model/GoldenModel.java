// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.ForwardPass;
import dev.loam.parallel.Layout;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import dev.loam.testkit.GoldenTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A golden case's model, run on an engine and compared with the truth. */
final class GoldenModel implements AutoCloseable {
  private final ComputeLease lease;
  private final Qwen3Model model;

  /** What a pass gave. */
  @SuppressWarnings("ArrayRecordComponent")
  record Result(double[] logits, double loss, Map<String, double[]> gradients) {}

  GoldenModel(String engine, Path folder) {
    lease = Engine.named(engine).lease(1);
    model = Qwen3Model.open(lease, folder, 16);
  }

  Qwen3Model model() {
    return model;
  }

  /** The same model over ranks. */
  static SpreadModel spread(String engine, Path folder, Layout layout) {
    Qwen3Config config = Qwen3Config.read(folder.resolve("config.json"));
    return new SpreadModel(engine, layout, false, config, 16, model -> model.load(folder));
  }

  /** The rows of an input, an equal run of them in each micro batch. */
  static List<MicroBatch> microBatches(ModelInput input, Qwen3Config config, int count) {
    int each = input.inputIds().size() / count;
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = i * each;
      batches.add(
          new ModelInput(
                  input.inputIds().subList(first, first + each),
                  input.labels().map(rows -> rows.subList(first, first + each)),
                  input.attentionMask().map(rows -> rows.subList(first, first + each)),
                  input.positionIds().map(rows -> rows.subList(first, first + each)),
                  input.documentIds().map(rows -> rows.subList(first, first + each)))
              .toMicroBatch(config));
    }
    return batches;
  }

  /** Logits, mean loss and, where there are labels, all gradients. */
  Result run(ModelInput input) {
    MicroBatch batch = input.toMicroBatch(model.config());
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            ForwardPass pass = new ForwardPass(lease, arena, model.part(), batch.tokens());
            Tensor logits =
                arena.allocate(lease.computeType(), batch.tokens(), model.config().vocabSize());
            model.part().head().orElseThrow().logits(pass.hidden(batch), logits);
            double[] logitValues = logits.toDoubles();
            double loss = pass.loss(batch) / batch.trainedTokens();
            Gradients gradients = new Gradients(arena, model.part().weights());
            gradients.begin(1);
            Pipeline pipeline =
                Pipeline.single(1, model.part(), lease, arena, batch.tokens(), StepClock.none());
            double[] scales = {1.0 / batch.trainedTokens()};
            double trained =
                pipeline.run(List.of(batch), scales, gradients)[0] / batch.trainedTokens();
            assertThat(trained).isEqualTo(loss);
            return new Result(logitValues, loss, values(gradients));
          }
        });
  }

  private static Map<String, double[]> values(Gradients gradients) {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Weight weight : gradients.weights()) {
      for (Parameter parameter : weight.parameters()) {
        values.put(parameter.name(), weight.partOf(gradients.of(weight), parameter).toDoubles());
      }
    }
    return values;
  }

  /** The inputs of a golden file that start with a prefix, such as {@code plain.}. */
  static ModelInput input(GoldenTensors golden, String prefix) {
    return new ModelInput(
        rows(golden, prefix + "input_ids"),
        Optional.of(rows(golden, prefix + "labels")),
        optional(golden, prefix + "attention_mask"),
        optional(golden, prefix + "position_ids"),
        Optional.empty());
  }

  private static Optional<List<List<Long>>> optional(GoldenTensors golden, String name) {
    return golden.names().contains(name) ? Optional.of(rows(golden, name)) : Optional.empty();
  }

  static List<List<Long>> rows(GoldenTensors golden, String name) {
    int length = golden.shape(name)[1];
    long[] values = golden.longs(name);
    List<List<Long>> rows = new ArrayList<>();
    for (int start = 0; start < values.length; start += length) {
      List<Long> row = new ArrayList<>();
      for (int t = 0; t < length; t++) {
        row.add(values[start + t]);
      }
      rows.add(row);
    }
    return rows;
  }

  /** The largest difference where {@code counted} says so, divided by the largest truth. */
  static double relativeToLargest(double[] actual, double[] truth, long[] counted) {
    assertThat(actual).hasSameSizeAs(truth);
    int width = truth.length / counted.length;
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < truth.length; i++) {
      if (counted[i / width] != 0) {
        double d = Math.abs(actual[i] - truth[i]);
        difference = Double.isNaN(d) ? Double.NaN : Math.max(difference, d);
        largest = Math.max(largest, Math.abs(truth[i]));
      }
    }
    return difference / largest;
  }

  /** The Euclidean distance divided by the length of the truth. */
  static double relativeDistance(double[] actual, double[] truth) {
    assertThat(actual).hasSameSizeAs(truth);
    double distance = 0;
    double length = 0;
    for (int i = 0; i < truth.length; i++) {
      distance += (actual[i] - truth[i]) * (actual[i] - truth[i]);
      length += truth[i] * truth[i];
    }
    return Math.sqrt(distance / length);
  }

  @Override
  public void close() {
    model.close();
    lease.close();
  }
}
