// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.model.generation.FinishReason;
import java.util.List;
import java.util.Optional;

/** Responses of {@code /v1/chat/completions}. */
final class ChatFormat implements ResponseFormat {
  private static final String CHUNK = "chat.completion.chunk";
  private static final String ROLE = "assistant";

  private final Envelope envelope;

  ChatFormat(String model) {
    this.envelope = new Envelope("chatcmpl-", model);
  }

  @Override
  public ObjectNode whole(List<Choice> choices, Usage usage) {
    ObjectNode object = envelope.object("chat.completion");
    for (int i = 0; i < choices.size(); i++) {
      ObjectNode choice = Envelope.addChoice(object, i);
      ObjectNode message = choice.putObject("message");
      message.put("role", ROLE);
      message.put("content", choices.get(i).text());
      message.putNull("refusal");
      choice.putNull("logprobs");
      choice.put("finish_reason", Envelope.name(choices.get(i).reason()));
    }
    Envelope.addUsage(object, usage);
    return object;
  }

  @Override
  public Optional<ObjectNode> opening(int choice) {
    return Optional.of(chunk(choice, Json.object().put("role", ROLE).put("content", "")));
  }

  @Override
  public ObjectNode piece(int choice, String text) {
    return chunk(choice, Json.object().put("content", text));
  }

  @Override
  public ObjectNode finish(int choice, FinishReason reason) {
    ObjectNode chunk = chunk(choice, Json.object());
    ((ObjectNode) chunk.path("choices").path(0)).put("finish_reason", Envelope.name(reason));
    return chunk;
  }

  @Override
  public ObjectNode usage(Usage usage) {
    ObjectNode object = envelope.object(CHUNK);
    object.putArray("choices");
    Envelope.addUsage(object, usage);
    return object;
  }

  private ObjectNode chunk(int index, ObjectNode delta) {
    ObjectNode object = envelope.object(CHUNK);
    ObjectNode choice = Envelope.addChoice(object, index);
    choice.set("delta", delta);
    choice.putNull("logprobs");
    choice.putNull("finish_reason");
    return object;
  }
}
