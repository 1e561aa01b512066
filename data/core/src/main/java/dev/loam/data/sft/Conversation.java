// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.record.RecordPlace;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.List;
import java.util.Map;

/**
 * What a record says, whatever its format. Immutable.
 *
 * @param place where the record came from
 * @param messages in order, at least one
 * @param tools that the assistant may use; none mostly
 */
public record Conversation(
    RecordPlace place, List<ChatMessage> messages, List<Map<String, Object>> tools) {
  /** Copies the lists. */
  public Conversation {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }
}
