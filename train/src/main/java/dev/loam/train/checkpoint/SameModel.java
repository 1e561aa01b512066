// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.model.Qwen3Config;
import java.util.ArrayList;
import java.util.List;

/** Compares what decides a model's results but does not show in the shapes of its tensors. */
final class SameModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> KEYS =
      List.of(
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "rms_norm_eps",
          "rope_theta",
          "tie_word_embeddings");

  private SameModel() {}

  /**
   * Requires that a checkpoint is of a model.
   *
   * @throws CheckpointException naming all differences
   */
  static void require(Checkpoint checkpoint, Qwen3Config config) {
    JsonNode was = parse(checkpoint, checkpoint.text("config.json").orElse("{}"));
    JsonNode is = parse(checkpoint, config.toJson("float32"));
    List<String> differences = new ArrayList<>();
    for (String key : KEYS) {
      if (was.has(key) && !was.get(key).asText().equals(is.get(key).asText())) {
        differences.add(
            key + " was " + was.get(key).asText() + " and is now " + is.get(key).asText());
      }
    }
    if (!differences.isEmpty()) {
      throw new CheckpointException(
          checkpoint.description()
              + ": is of another model: "
              + String.join(", ", differences)
              + "; restore the configuration, or start anew from its weights alone");
    }
  }

  private static JsonNode parse(Checkpoint checkpoint, String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          checkpoint.description() + ": config.json is no JSON: " + e.getOriginalMessage(), e);
    }
  }
}
