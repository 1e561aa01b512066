// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.chat.jinja.JinjaTemplate;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Jinja template that turns a conversation into the text a model was trained on. What it
 * renders is what {@code apply_chat_template} of Hugging Face's transformers renders, to the byte;
 * what is not supported is refused. Immutable and safe to share among threads.
 */
public final class ChatTemplate {
  private final JinjaTemplate template;
  private final Optional<JinjaTemplate> toolTemplate;
  private final Map<String, Object> specialTokens;
  private final Clock clock;

  private ChatTemplate(
      JinjaTemplate template,
      Optional<JinjaTemplate> toolTemplate,
      Map<String, Object> specialTokens,
      Clock clock) {
    this.template = template;
    this.toolTemplate = toolTemplate;
    this.specialTokens = Map.copyOf(specialTokens);
    this.clock = clock;
  }

  /**
   * Loads the template of a tokenizer's folder: {@code chat_template.jinja} and the folder {@code
   * additional_chat_templates}, else {@code chat_template} in {@code tokenizer_config.json}, a
   * template or several with names. Where one has the name {@code tool_use}, it renders chats with
   * tools. The special tokens that the configuration names are variables of the template.
   *
   * @throws TokenizerFormatException if there is no template, or a file cannot be read
   * @throws TemplateException if the template cannot be parsed
   */
  public static ChatTemplate load(Path tokenizerFolder) {
    TemplateFiles files = new TemplateFiles(tokenizerFolder);
    Map<String, TemplateFiles.Source> sources = files.templates();
    Optional<JinjaTemplate> tools = parse(sources, "tool_use");
    JinjaTemplate template =
        parse(sources, "default")
            .orElseThrow(
                () ->
                    new TokenizerFormatException(
                        tokenizerFolder
                            + ": none of the chat templates "
                            + sources.keySet()
                            + " has the name \"default\""));
    return new ChatTemplate(
        template, tools, files.specialTokens(), Clock.system(ZoneId.systemDefault()));
  }

  private static Optional<JinjaTemplate> parse(
      Map<String, TemplateFiles.Source> sources, String name) {
    return Optional.ofNullable(sources.get(name))
        .map(s -> JinjaTemplate.parse(s.text(), s.place()));
  }

  /**
   * Parses a template without special tokens.
   *
   * @param name what error messages call it
   * @throws TemplateException if it cannot be parsed
   */
  public static ChatTemplate parse(String source, String name) {
    return new ChatTemplate(
        JinjaTemplate.parse(source, name),
        Optional.empty(),
        Map.of(),
        Clock.system(ZoneId.systemDefault()));
  }

  /** The same with other special tokens, such as {@code eos_token}, as variables. */
  public ChatTemplate withSpecialTokens(Map<String, String> tokens) {
    return new ChatTemplate(template, toolTemplate, new HashMap<>(tokens), clock);
  }

  /** The same with another clock, for templates that write the date. */
  public ChatTemplate withClock(Clock clock) {
    return new ChatTemplate(template, toolTemplate, specialTokens, clock);
  }

  /**
   * Renders a conversation.
   *
   * @throws TemplateException if the template refuses the conversation, fails, or costs more time
   *     or memory than a conversation of this size is worth
   */
  public RenderedChat render(Chat chat) {
    JinjaTemplate chosen = chat.tools().isPresent() ? toolTemplate.orElse(template) : template;
    Map<String, Object> variables = new HashMap<>();
    variables.put("tools", chat.tools().orElse(null));
    variables.put("documents", null);
    variables.putAll(chat.variables());
    Map<String, Object> own = new HashMap<>(specialTokens);
    own.put("add_generation_prompt", chat.addGenerationPrompt());
    List<Map<String, Object>> messages = chat.messages().stream().map(ChatMessage::asMap).toList();
    return new RenderedChat(
        chosen.render(messages, own, variables, clock), chat.messages(), chosen.hasGeneration());
  }
}
