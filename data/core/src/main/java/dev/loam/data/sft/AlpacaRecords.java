// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;

/** Reads {@link ConversationFormat#ALPACA}. */
final class AlpacaRecords {
  private AlpacaRecords() {}

  static Conversation read(DataRecord record) {
    List<ChatMessage> messages = new ArrayList<>();
    record
        .text("system")
        .filter(s -> !s.isEmpty())
        .map(ChatMessage::system)
        .ifPresent(messages::add);
    messages.addAll(history(record));
    messages.add(ChatMessage.user(question(record)));
    messages.add(ChatMessage.assistant(record.requireText("output")));
    return new Conversation(record.place(), messages, List.of());
  }

  /** The instruction, and the input on a line of its own, as far as there are any. */
  private static String question(DataRecord record) {
    String instruction = record.requireText("instruction");
    String input = record.text("input").orElse("");
    return instruction.isEmpty() || input.isEmpty()
        ? instruction + input
        : instruction + "\n" + input;
  }

  private static List<ChatMessage> history(DataRecord record) {
    List<ChatMessage> messages = new ArrayList<>();
    Object history = record.value("history").orElse(List.of());
    for (Object turn : history instanceof List<?> turns ? turns : List.of(history)) {
      if (!(turn instanceof List<?> pair
          && pair.size() == 2
          && pair.get(0) instanceof String question
          && pair.get(1) instanceof String answer)) {
        throw record
            .place()
            .wrong("\"history\" must be a list of pairs, each a question and an answer");
      }
      messages.add(ChatMessage.user(question));
      messages.add(ChatMessage.assistant(answer));
    }
    return messages;
  }
}
