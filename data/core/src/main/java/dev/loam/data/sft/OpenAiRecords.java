// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@link ConversationFormat#OPENAI}. */
final class OpenAiRecords {
  private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

  private OpenAiRecords() {}

  static Conversation read(DataRecord record) {
    List<ChatMessage> messages = new ArrayList<>();
    String column = record.has("messages") ? "messages" : "conversations";
    for (Turns.Turn turn : new Turns(record, column).all()) {
      messages.add(message(turn));
    }
    return new Conversation(record.place(), messages, Turns.tools(record));
  }

  private static ChatMessage message(Turns.Turn turn) {
    String role = turn.text("role");
    if (!ROLES.contains(role)) {
      throw turn.wrong(
          ".role = \"" + role + "\" is nobody; there are system, user, assistant and tool");
    }
    boolean calls = turn.fields().containsKey("tool_calls");
    if (calls) {
      checkCalls(turn, role);
    }
    boolean silent = calls && !turn.fields().containsKey("content");
    ChatMessage message = ChatMessage.of(role, silent ? "" : turn.text("content"));
    for (Map.Entry<String, Object> field : turn.fields().entrySet()) {
      if (!Set.of("role", "content").contains(field.getKey())) {
        message = message.with(field.getKey(), field.getValue());
      }
    }
    return message;
  }

  private static void checkCalls(Turns.Turn turn, String role) {
    boolean named =
        Turns.objects(turn.fields().get("tool_calls"))
            .filter(calls -> calls.stream().allMatch(OpenAiRecords::hasName))
            .isPresent();
    if (!named || !role.equals("assistant")) {
      throw turn.wrong(
          ".tool_calls must be a list of calls, each with the name of a function, and an"
              + " assistant's");
    }
  }

  private static boolean hasName(Map<String, Object> call) {
    Object function = call.getOrDefault("function", call);
    return function instanceof Map<?, ?> named && named.get("name") instanceof String;
  }
}
