// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The messages of a chat, as templates read them: contents are texts. */
final class Messages {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private Messages() {}

  static List<ChatMessage> read(Fields fields) {
    JsonNode list =
        fields
            .get("messages")
            .orElseThrow(() -> ApiException.invalid("messages", "the field messages is missing"));
    if (!list.isArray() || list.isEmpty()) {
      throw fields.wrong("messages", "a list of at least one message", list);
    }
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : list) {
      messages.add(read(message, "messages[" + messages.size() + "]"));
    }
    return messages;
  }

  private static ChatMessage read(JsonNode node, String place) {
    if (!(node instanceof ObjectNode object)) {
      throw ApiException.invalid(place, place + " must be an object, not " + Fields.excerpt(node));
    }
    Fields fields = new Fields(object, place + ".");
    String role = fields.text("role").orElse("");
    if (!ROLES.contains(role)) {
      throw fields.wrong("role", "system, developer, user, assistant or tool", object.path("role"));
    }
    ObjectNode message = object.deepCopy();
    message.put("role", role.equals("developer") ? "system" : role);
    message.put("content", content(fields, role));
    return ChatMessage.fromJson(message.toString());
  }

  private static String content(Fields fields, String role) {
    Optional<JsonNode> content = fields.get("content");
    if (content.isEmpty()) {
      if (role.equals("assistant")) {
        return ""; // it called tools
      }
      throw ApiException.invalid(fields.name("content"), fields.name("content") + " is missing");
    }
    JsonNode value = content.get();
    if (value.isTextual()) {
      return value.textValue();
    }
    if (!value.isArray()) {
      throw fields.wrong("content", "a string or a list of parts", value);
    }
    List<String> parts = new ArrayList<>();
    for (JsonNode part : value) {
      String place = fields.name("content") + "[" + parts.size() + "]";
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw ApiException.invalid(
            place, place + " must be {\"type\": \"text\", \"text\": ...}; this model reads text");
      }
      parts.add(part.path("text").textValue());
    }
    return String.join("\n", parts);
  }
}
