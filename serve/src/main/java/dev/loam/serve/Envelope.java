// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.time.Instant;
import java.util.UUID;

/** What all objects of one response have in common. */
final class Envelope {
  private final String id;
  private final String model;
  private final long created = Instant.now().getEpochSecond();

  Envelope(String prefix, String model) {
    this.id = prefix + UUID.randomUUID().toString().replace("-", "");
    this.model = model;
  }

  ObjectNode object(String kind) {
    ObjectNode object = Json.object();
    object.put("id", id);
    object.put("object", kind);
    object.put("created", created);
    object.put("model", model);
    return object;
  }

  /** Adds a choice, still without what it says. */
  static ObjectNode addChoice(ObjectNode object, int index) {
    ObjectNode choice = object.withArray("choices").addObject();
    choice.put("index", index);
    return choice;
  }

  static void addUsage(ObjectNode object, ResponseFormat.Usage usage) {
    ObjectNode node = object.putObject("usage");
    node.put("prompt_tokens", usage.promptTokens());
    node.put("completion_tokens", usage.newTokens());
    node.put("total_tokens", usage.promptTokens() + usage.newTokens());
  }

  static String name(FinishReason reason) {
    return reason == FinishReason.LENGTH ? "length" : "stop";
  }
}
