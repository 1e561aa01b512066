// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains on the three datasets of instruction data: rows of many lengths, apart or packed. */
class InstructionTrainingTest {
  private static final int ROWS = 16;
  private static final int IGNORED = -100;

  @TempDir Path folder;

  /** A row whose second half is learned. */
  @SuppressWarnings("ArrayRecordComponent") // Made once, never compared.
  private record Row(int[] ids, int[] labels) {
    static Row random(SplittableRandom random) {
      int[] ids = random.ints(random.nextInt(4, 13), 0, 30).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, ids.length / 2, IGNORED);
      return new Row(ids, labels);
    }
  }

  private static List<Row> rows() {
    SplittableRandom random = new SplittableRandom(5);
    return IntStream.range(0, ROWS).mapToObj(i -> Row.random(random)).toList();
  }

  /** Writes rows, some of them together into one. */
  private Path write(String name, List<List<Row>> packs) throws IOException {
    Path prefix = folder.resolve(name);
    try (IndexedDatasetWriter ids = writer(prefix, "input_ids");
        IndexedDatasetWriter masks = writer(prefix, "attention_mask");
        IndexedDatasetWriter labels = writer(prefix, "labels")) {
      for (List<Row> pack : packs) {
        ids.addDocument(pack.stream().flatMapToInt(r -> Arrays.stream(r.ids())).toArray());
        labels.addDocument(pack.stream().flatMapToInt(r -> Arrays.stream(r.labels())).toArray());
        masks.addDocument(
            IntStream.range(0, pack.size())
                .flatMap(i -> Arrays.stream(pack.get(i).ids()).map(id -> i + 1))
                .toArray());
      }
      ids.finish();
      masks.finish();
      labels.finish();
    }
    return prefix;
  }

  private static IndexedDatasetWriter writer(Path prefix, String key) throws IOException {
    return new IndexedDatasetWriter(
        Path.of(prefix + "_packed_" + key + "_document"), TokenType.INT32);
  }

  private static <T> List<List<T>> groups(List<T> all, int size) {
    List<List<T>> groups = new ArrayList<>();
    for (int i = 0; i < all.size(); i += size) {
      groups.add(all.subList(i, i + size));
    }
    return groups;
  }

  private TrainingConfig config(Path data, Map<String, String> overrides) throws IOException {
    Path yaml =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            output_dir: %s
            use_parallel: True
            parallel_config: {data_parallel: 1}
            runner_config: {batch_size: 4, gradient_accumulation_steps: 1, epochs: 1}
            lr_schedule: {learning_rate: 1e-2}
            model:
              model_config:
                {vocab_size: 30, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2,
                 num_attention_heads: 2, head_dim: 8, max_position_embeddings: 64,
                 tie_word_embeddings: False}
            train_dataset:
              data_loader:
                {type: InstructionDataLoader, data_path: %s, seq_length: 64, shuffle: False,
                 num_samples: 32}
            """
                .formatted(folder.resolve("out"), data));
    return TrainingConfig.read(yaml, overrides);
  }

  private List<Double> losses(TrainingConfig config) {
    List<Double> losses = new ArrayList<>();
    StepMetrics last =
        new TrainingRun(config)
            .runOnThreads(
                Engine.named("torch"),
                1,
                List.of(
                    new TrainingListener() {
                      @Override
                      public void onStep(StepMetrics metrics) {
                        losses.add(metrics.loss());
                      }
                    }));
    assertThat(last.step()).isEqualTo(losses.size());
    return losses;
  }

  /** Two epochs of four steps; float32 sums in another order differ by 1e-7 or so. */
  private static void assertAlike(List<Double> found, List<Double> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).as("step %d", i + 1).isCloseTo(expected.get(i), within(3e-6));
    }
  }

  @Test
  void packedRowsAreLearnedAsTheyAreApart() throws IOException {
    List<Double> apart = losses(config(write("apart", groups(rows(), 1)), Map.of()));
    assertThat(apart).hasSize(8);
    assertThat(apart.get(7)).as("it learns").isLessThan(apart.get(3));
    Map<String, String> four = Map.of("batch_size", "1", "num_samples", "8");
    assertAlike(losses(config(write("packed", groups(rows(), 4)), four)), apart);
  }

  @Test
  void everyLayoutLearnsTheSame() throws IOException {
    Path data = write("apart", groups(rows(), 1));
    Map<String, String> layout =
        Map.of(
            "batch_size", "1",
            "gradient_accumulation_steps", "2",
            "parallel_config.data_parallel", "2",
            "parallel_config.model_parallel", "2",
            "parallel_config.pipeline_stage", "2",
            "parallel_config.use_seq_parallel", "True",
            "parallel_config.micro_batch_num", "2");
    assertAlike(losses(config(data, layout)), losses(config(data, Map.of())));
  }

  @Test
  void aLabelOutsideTheVocabularyIsNamed() throws IOException {
    Row bad = new Row(new int[] {1, 2, 3}, new int[] {IGNORED, 2, 30});
    Path data = write("bad", groups(List.of(bad, bad, bad, bad), 1));
    assertThatThrownBy(() -> losses(config(data, Map.of("num_samples", "4"))))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("token id 30 in the batch after sample 0 is outside")
        .hasMessageContaining("vocabulary of 30");
  }

  @Test
  void heldOutRowsAreEvaluated() throws IOException {
    Path data = write("apart", groups(rows(), 1));
    Path yaml = folder.resolve("run.yaml");
    TrainingConfig unused = config(data, Map.of());
    Files.writeString(
        yaml,
        Files.readString(yaml)
            + """
            do_eval: True
            eval_step_interval: 4
            eval_dataset:
              data_loader:
                {type: InstructionDataLoader, data_path: %s, seq_length: 64, split: "50,50,0"}
            """
                .formatted(data));
    losses(TrainingConfig.read(yaml, Map.of()));
    assertThat(Files.readString(folder.resolve("out/evaluations.jsonl")).lines()).isNotEmpty();
  }
}
