// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatMessage;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.tokenizer.chat.RenderedChat;
import dev.loam.tokenizer.chat.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A conversation to the text that the model was trained on. */
@Command(
    name = "template",
    description = "Renders a conversation with the tokenizer's chat template.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TemplateCommand implements Callable<Integer> {
  private static final Set<String> KEYS =
      Set.of("messages", "tools", "add_generation_prompt", "enable_thinking");

  private final Streams streams;

  @Mixin private TokenizerOption tokenizer;

  @Option(
      names = "--messages",
      required = true,
      paramLabel = "F",
      description = "A JSON array of messages.")
  private Path messages;

  @Option(names = "--tools", paramLabel = "F", description = "A JSON array of tools.")
  private Optional<Path> tools = Optional.empty();

  @Option(
      names = "--add-generation-prompt",
      description = "Ends with the beginning of the model's answer.")
  private boolean addGenerationPrompt;

  @Option(
      names = "--enable-thinking",
      arity = "1",
      paramLabel = "true|false",
      description = "Whether the model is to think first, for templates that ask.")
  private Optional<Boolean> enableThinking = Optional.empty();

  @Option(names = "--output", paramLabel = "F", description = "By default standard output.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--ids", description = "Writes the token ids, as one JSON array.")
  private boolean ids;

  @Option(
      names = "--jsonl",
      description =
          "Reads from --messages an object {\"messages\", \"tools\", \"add_generation_prompt\","
              + " \"enable_thinking\"} on each line and writes one {\"text\", \"ids\","
              + " \"assistant_spans\"}, spans in code points.")
  private boolean jsonl;

  TemplateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (jsonl && (ids || tools.isPresent() || addGenerationPrompt || enableThinking.isPresent())) {
      throw new UsageException(
          "--jsonl excludes --ids, --tools, --add-generation-prompt and --enable-thinking; each line"
              + " says them itself");
    }
    InputFiles.require(messages, "a JSON array of messages");
    ChatTemplate template = loadTemplate();
    Optional<Tokenizer> loaded = ids || jsonl ? Optional.of(tokenizer.load()) : Optional.empty();
    try (Output out = Output.open(output, streams)) {
      if (jsonl) {
        Tokenizer encoder = loaded.orElseThrow();
        JsonLines.transform(messages, KEYS, out, line -> result(template, encoder, line));
      } else {
        RenderedChat chat = render(template, chat(), messages.toString());
        String text =
            loaded.map(t -> JsonText.write(chat.encode(t, true)) + "\n").orElseGet(chat::text);
        out.stream().write(text.getBytes(UTF_8));
      }
      out.commit();
    }
    return ExitCodes.OK;
  }

  private ChatTemplate loadTemplate() {
    try {
      return ChatTemplate.load(tokenizer.folder());
    } catch (TemplateException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private Chat chat() throws IOException {
    String json = TextInput.read(messages, "a JSON array of messages");
    Chat.Builder chat = builder(JsonText.parse(json, messages.toString()), messages.toString());
    if (tools.isPresent()) {
      String file = tools.get().toString();
      String toolsJson = TextInput.read(tools.get(), "a JSON array of tools");
      addTools(chat, JsonText.parse(toolsJson, file), file);
    }
    enableThinking.ifPresent(chat::optEnableThinking);
    return chat.optAddGenerationPrompt(addGenerationPrompt).build();
  }

  private static Chat.Builder builder(JsonNode messages, String place) {
    if (!messages.isArray() || messages.isEmpty()) {
      throw new UsageException(place + ": expected a JSON array with at least one message");
    }
    try {
      return Chat.builder().setMessages(ChatMessage.listFromJson(messages.toString()));
    } catch (TokenizerFormatException e) {
      throw new UsageException(place + ": " + e.getMessage(), e);
    }
  }

  private static void addTools(Chat.Builder chat, JsonNode tools, String place) {
    try {
      chat.optToolsJson(tools.toString());
    } catch (TokenizerFormatException e) {
      throw new UsageException(place + ": " + e.getMessage(), e);
    }
  }

  private static RenderedChat render(ChatTemplate template, Chat chat, String place) {
    try {
      return template.render(chat);
    } catch (TemplateException e) {
      throw new UsageException(place + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, ?> result(
      ChatTemplate template, Tokenizer tokenizer, JsonLines.Line line) {
    JsonNode object = line.object();
    Chat.Builder chat = builder(object.path("messages"), line.place() + ": \"messages\"");
    if (object.hasNonNull("tools")) {
      addTools(chat, object.path("tools"), line.place());
    }
    if (object.hasNonNull("enable_thinking")) {
      chat.optEnableThinking(line.flag("enable_thinking", false));
    }
    if (object.hasNonNull("add_generation_prompt")) {
      chat.optAddGenerationPrompt(line.flag("add_generation_prompt", false));
    }
    RenderedChat rendered = render(template, chat.build(), line.place());
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("text", rendered.text());
    result.put("ids", rendered.encode(tokenizer, true));
    result.put("assistant_spans", codePoints(rendered));
    return result;
  }

  private static List<List<Integer>> codePoints(RenderedChat chat) {
    String text = chat.text();
    return chat.assistantSpans().stream()
        .map(s -> List.of(index(text, s.start()), index(text, s.end())))
        .toList();
  }

  private static int index(String text, int units) {
    return text.codePointCount(0, units);
  }
}
