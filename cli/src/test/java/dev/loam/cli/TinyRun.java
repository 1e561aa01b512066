// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A configuration and a dataset that train in a moment, and can be spoilt. */
final class TinyRun {
  static final int VOCABULARY = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  TinyRun(Path folder) {
    this.folder = folder;
  }

  Path output() {
    return folder.resolve("output");
  }

  Path prefix() {
    return folder.resolve("tiny_text_document");
  }

  /** Writes documents of rising ids, the largest being {@code largest}. */
  TinyRun withData(int largest) throws IOException {
    try (IndexedDatasetWriter writer = new IndexedDatasetWriter(prefix(), TokenType.INT32)) {
      for (int d = 0; d < 12; d++) {
        int[] document = new int[20];
        for (int t = 0; t < document.length; t++) {
          document[t] = (3 * d + t) % (largest + 1);
        }
        writer.addDocument(document);
      }
      writer.finish();
    }
    return this;
  }

  /** Writes the configuration, with more lines at its end. */
  Path config(String... more) throws IOException {
    Path file = folder.resolve("train.yaml");
    Files.writeString(
        file,
        """
        output_dir: '%s'
        model:
          model_config: {vocab_size: %d, hidden_size: 16, intermediate_size: 32,
            num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 8,
            max_position_embeddings: 64, tie_word_embeddings: True}
        runner_config: {batch_size: 2}
        lr_schedule: {type: ConstantWarmUpLR, learning_rate: 1.e-2, warmup_steps: 1}
        train_dataset:
          data_loader:
            type: BlendedMegatronDatasetDataLoader
            sizes: [8, 0, 0]
            config: {seq_length: 16, data_path: ['1', '%s']}
        %s
        """
            .formatted(output(), VOCABULARY, prefix(), String.join("\n", more)));
    return file;
  }

  /** Writes the configuration of a model that can be spread over 2 x 2 x 2 ranks. */
  Path layered(String... more) throws IOException {
    Path file = config(more);
    String text = Files.readString(file);
    return Files.writeString(
        file,
        text.replace("num_hidden_layers: 1", "num_hidden_layers: 4")
            .replace("num_key_value_heads: 1", "num_key_value_heads: 2"));
  }

  /** The loss of each step of a run. */
  static List<Double> losses(Path output) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve("metrics.jsonl"))) {
      losses.add(JSON.readTree(line).path("loss").asDouble());
    }
    return losses;
  }
}
