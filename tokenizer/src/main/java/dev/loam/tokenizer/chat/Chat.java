// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import dev.loam.tokenizer.TokenizerFormatException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A conversation, and how it is to be rendered. Immutable. */
public final class Chat {
  private static final Set<String> NOT_VARIABLES =
      Set.of("messages", "tools", "add_generation_prompt");

  private final List<ChatMessage> messages;
  private final Optional<List<Map<String, Object>>> tools;
  private final boolean addGenerationPrompt;
  private final Map<String, Object> variables;

  private Chat(Builder builder) {
    this.messages = List.copyOf(builder.messages);
    this.tools = builder.tools;
    this.addGenerationPrompt = builder.addGenerationPrompt;
    this.variables = Collections.unmodifiableMap(new LinkedHashMap<>(builder.variables));
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a chat needs at least one message");
    }
  }

  /** A conversation of these messages, without anything else. */
  public static Chat of(ChatMessage... messages) {
    return builder().setMessages(List.of(messages)).build();
  }

  /** Starts a conversation. */
  public static Builder builder() {
    return new Builder();
  }

  /** The messages, at least one. */
  public List<ChatMessage> messages() {
    return messages;
  }

  /** The tools the model may use, where any were named. */
  public Optional<List<Map<String, Object>>> tools() {
    return tools;
  }

  /** Whether the text ends with the beginning of the model's answer. */
  public boolean addGenerationPrompt() {
    return addGenerationPrompt;
  }

  /** More variables that the template may read. */
  public Map<String, Object> variables() {
    return variables;
  }

  /** Collects what belongs to a conversation. */
  public static final class Builder {
    private List<ChatMessage> messages = List.of();
    private Optional<List<Map<String, Object>>> tools = Optional.empty();
    private boolean addGenerationPrompt;
    private final Map<String, Object> variables = new LinkedHashMap<>();

    private Builder() {}

    /** The messages, at least one. */
    public Builder setMessages(List<ChatMessage> messages) {
      this.messages = List.copyOf(messages);
      return this;
    }

    /** Tools that the model may use, each as the template expects it: mostly a JSON schema. */
    public Builder optTools(List<Map<String, Object>> tools) {
      List<Map<String, Object>> copy = new ArrayList<>();
      tools.forEach(tool -> copy.add(ChatJson.object(ChatJson.copy(tool), "a tool")));
      this.tools = Optional.of(Collections.unmodifiableList(copy));
      return this;
    }

    /**
     * The same from a JSON array of objects.
     *
     * @throws TokenizerFormatException if it is none
     */
    public Builder optToolsJson(String json) {
      this.tools = Optional.of(List.copyOf(ChatJson.objects(json, "tools")));
      return this;
    }

    /** Whether the text ends with the beginning of the model's answer; by default not. */
    public Builder optAddGenerationPrompt(boolean add) {
      this.addGenerationPrompt = add;
      return this;
    }

    /** Whether the model is to think before it answers, for templates that ask. */
    public Builder optEnableThinking(boolean enable) {
      return optVariable("enable_thinking", enable);
    }

    /**
     * A variable that the template may read. What it holds counts as data, like the messages.
     *
     * @param value a string, a number, a boolean, or lists and maps of them
     */
    public Builder optVariable(String name, Object value) {
      Object copy = ChatJson.copy(value);
      if (copy == null || NOT_VARIABLES.contains(name)) {
        throw new IllegalArgumentException(
            "the variable " + name + " cannot be given " + value + " this way");
      }
      variables.put(name, copy);
      return this;
    }

    /**
     * The conversation.
     *
     * @throws IllegalArgumentException if it has no messages
     */
    public Chat build() {
      return new Chat(this);
    }
  }
}
