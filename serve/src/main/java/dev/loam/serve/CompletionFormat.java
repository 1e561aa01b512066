// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Responses of {@code /v1/completions}. */
final class CompletionFormat implements ResponseFormat {
  private static final String KIND = "text_completion";

  private final Envelope envelope;

  CompletionFormat(String model) {
    this.envelope = new Envelope("cmpl-", model);
  }

  @Override
  public ObjectNode whole(List<Choice> choices, Usage usage) {
    ObjectNode object = envelope.object(KIND);
    for (int i = 0; i < choices.size(); i++) {
      add(object, i, choices.get(i).text(), Envelope.name(choices.get(i).reason()));
    }
    Envelope.addUsage(object, usage);
    return object;
  }

  @Override
  public Optional<ObjectNode> opening(int choice) {
    return Optional.empty();
  }

  @Override
  public ObjectNode piece(int choice, String text) {
    return add(envelope.object(KIND), choice, text, null);
  }

  @Override
  public ObjectNode finish(int choice, FinishReason reason) {
    return add(envelope.object(KIND), choice, "", Envelope.name(reason));
  }

  @Override
  public ObjectNode usage(Usage usage) {
    ObjectNode object = envelope.object(KIND);
    object.putArray("choices");
    Envelope.addUsage(object, usage);
    return object;
  }

  private static ObjectNode add(
      ObjectNode object, int index, String text, @Nullable String reason) {
    ObjectNode choice = Envelope.addChoice(object, index);
    choice.put("text", text);
    choice.putNull("logprobs");
    choice.put("finish_reason", reason);
    return object;
  }
}
