// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@link ConversationFormat#SHAREGPT}. */
final class ShareGptRecords {
  private ShareGptRecords() {}

  static Conversation read(DataRecord record) {
    List<ChatMessage> messages = new ArrayList<>();
    record
        .text("system")
        .filter(s -> !s.isEmpty())
        .map(ChatMessage::system)
        .ifPresent(messages::add);
    for (Turns.Turn turn : new Turns(record, "conversations").all()) {
      messages.add(message(turn));
    }
    return new Conversation(record.place(), messages, Turns.tools(record));
  }

  private static ChatMessage message(Turns.Turn turn) {
    String value = turn.text("value");
    String from = turn.text("from");
    return switch (from) {
      case "system" -> ChatMessage.system(value);
      case "human", "user" -> ChatMessage.user(value);
      case "gpt", "assistant" -> ChatMessage.assistant(value);
      case "observation", "tool" -> ChatMessage.tool(value);
      case "function_call" -> ChatMessage.assistant("").withToolCalls(calls(turn, value));
      default ->
          throw turn.wrong(
              ".from = \""
                  + from
                  + "\" is nobody; there are human, gpt, system, observation and function_call");
    };
  }

  /** One call or a list of calls, in JSON. */
  private static List<Map<String, Object>> calls(Turns.Turn turn, String json) {
    Object parsed = Turns.parse(json).orElse(json);
    Object list = parsed instanceof Map ? List.of(parsed) : parsed;
    return Turns.objects(list)
        .filter(calls -> calls.stream().allMatch(call -> call.get("name") instanceof String))
        .orElseThrow(
            () ->
                turn.wrong(
                    ".value must be JSON with the name and the arguments of a function, for it"
                        + " is from function_call"));
  }
}
