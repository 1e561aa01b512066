// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.chat.Chat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests to {@code /v1/chat/completions}. */
final class ChatRequests implements CallReader {
  private static final String KWARGS = "chat_template_kwargs";
  private static final List<String> REFUSED =
      List.of("top_logprobs", "functions", "function_call", "audio", "web_search_options");

  private final ChatBackend backend;
  private final Settings settings;

  ChatRequests(ChatBackend backend, Settings settings) {
    this.backend = backend;
    this.settings = settings;
  }

  @Override
  public Call read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    CommonFields common = new CommonFields(fields, backend, settings);
    refuse(fields);
    String maxTokens =
        fields.get("max_completion_tokens").isPresent() ? "max_completion_tokens" : "max_tokens";
    return common.call("messages", List.of(encode(chat(fields))), maxTokens);
  }

  private static void refuse(Fields fields) {
    for (String key : REFUSED) {
      if (fields.get(key).isPresent()) {
        throw ApiException.unsupported(key);
      }
    }
    if (fields.flag("logprobs")) {
      throw ApiException.unsupported("logprobs");
    }
    Optional<Fields> format = fields.fields("response_format");
    if (format.isPresent() && !format.get().text("type").orElse("").equals("text")) {
      throw ApiException.unsupported(
          "response_format", "response_format must be {\"type\": \"text\"}, or left out");
    }
    for (JsonNode modality : fields.get("modalities").orElseGet(Json::object)) {
      if (!modality.asText().equals("text")) {
        throw ApiException.unsupported("modalities", "modalities must be [\"text\"], or left out");
      }
    }
  }

  private static Chat chat(Fields fields) {
    Chat.Builder chat =
        Chat.builder().setMessages(Messages.read(fields)).optAddGenerationPrompt(true);
    addTools(fields, chat);
    addVariables(fields, chat);
    return chat.build();
  }

  private static void addTools(Fields fields, Chat.Builder chat) {
    JsonNode choice = fields.get("tool_choice").orElseGet(() -> Json.text("auto"));
    String chosen = choice.asText();
    if (!chosen.equals("auto") && !chosen.equals("none")) {
      throw ApiException.unsupported(
          "tool_choice", "tool_choice must be \"auto\" or \"none\", or left out");
    }
    Optional<JsonNode> tools = fields.get("tools").filter(t -> !(t.isArray() && t.isEmpty()));
    if (tools.isPresent() && chosen.equals("auto")) {
      try {
        Chat.Builder unused = chat.optToolsJson(tools.get().toString());
      } catch (TokenizerFormatException e) {
        throw ApiException.invalid("tools", String.valueOf(e.getMessage()));
      }
    }
  }

  private static void addVariables(Fields fields, Chat.Builder chat) {
    Optional<JsonNode> variables = fields.get(KWARGS);
    if (variables.isEmpty()) {
      return;
    }
    boolean unused = fields.fields(KWARGS).orElseThrow().flag("enable_thinking");
    for (Map.Entry<String, JsonNode> variable : variables.get().properties()) {
      if (!variable.getValue().isNull()) {
        add(variable.getKey(), Json.value(variable.getValue()), chat);
      }
    }
  }

  private static void add(String variable, Object value, Chat.Builder chat) {
    try {
      Chat.Builder unused = chat.optVariable(variable, value);
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid(KWARGS, String.valueOf(e.getMessage()));
    }
  }

  private int[] encode(Chat chat) {
    try {
      return backend.encode(chat);
    } catch (PromptException e) {
      throw ApiException.invalid("messages", String.valueOf(e.getMessage()));
    }
  }
}
