// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import dev.loam.tokenizer.TokenizerFormatException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message of a conversation: its role and whatever else the chat template reads, such as {@code
 * content}, {@code reasoning_content} and {@code tool_calls}, in the names that Hugging Face and
 * OpenAI use. Immutable.
 */
public final class ChatMessage {
  private final Map<String, Object> fields;

  private ChatMessage(Map<String, Object> fields) {
    this.fields = Collections.unmodifiableMap(fields);
  }

  /** Instructions to the model. */
  public static ChatMessage system(String content) {
    return of("system", content);
  }

  /** What a user says. */
  public static ChatMessage user(String content) {
    return of("user", content);
  }

  /** What the model says. */
  public static ChatMessage assistant(String content) {
    return of("assistant", content);
  }

  /** What a tool answers. */
  public static ChatMessage tool(String content) {
    return of("tool", content);
  }

  /** A message of any role. */
  public static ChatMessage of(String role, String content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return new ChatMessage(fields);
  }

  /**
   * Reads a message, such as {@code {"role": "user", "content": "Hello"}}. Other members stay as
   * they are and in their order.
   *
   * @throws TokenizerFormatException if it is no JSON object with a role
   */
  public static ChatMessage fromJson(String json) {
    return fromMap(ChatJson.object(ChatJson.parse(json, "the message"), "the message"), "");
  }

  /**
   * Reads a JSON array of messages.
   *
   * @throws TokenizerFormatException if it is none
   */
  public static List<ChatMessage> listFromJson(String json) {
    List<Map<String, Object>> messages = ChatJson.objects(json, "messages");
    return java.util.stream.IntStream.range(0, messages.size())
        .mapToObj(i -> fromMap(messages.get(i), "messages[" + i + "]: "))
        .toList();
  }

  private static ChatMessage fromMap(Map<String, Object> fields, String place) {
    if (!(fields.get("role") instanceof String)) {
      throw new TokenizerFormatException(
          place + "a message needs a \"role\" such as \"user\", as a string");
    }
    return new ChatMessage(fields);
  }

  /** The same with what the model thought before it answered. */
  public ChatMessage withReasoningContent(String reasoning) {
    return with("reasoning_content", reasoning);
  }

  /** The same with calls of tools, each as the template expects it. */
  public ChatMessage withToolCalls(List<Map<String, Object>> toolCalls) {
    return with("tool_calls", toolCalls);
  }

  /**
   * The same with another member.
   *
   * @param value a string, a number, a boolean, or lists and maps of them
   */
  public ChatMessage with(String key, Object value) {
    if (key.equals("role") && !(value instanceof String)) {
      throw new IllegalArgumentException("the role must be a string, not " + value.getClass());
    }
    Map<String, Object> more = new LinkedHashMap<>(fields);
    more.put(key, ChatJson.copy(value));
    return new ChatMessage(more);
  }

  /** Who speaks. */
  public String role() {
    return String.valueOf(fields.get("role"));
  }

  /** What is said, where it is a string. */
  public Optional<String> content() {
    return fields.get("content") instanceof String content
        ? Optional.of(content)
        : Optional.empty();
  }

  /**
   * All members in their order: strings, numbers, booleans, lists and maps of them, and null where
   * JSON had it. Unmodifiable.
   */
  public Map<String, Object> asMap() {
    return fields;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChatMessage message && fields.equals(message.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return fields.toString();
  }
}
