// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.TextSpan;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats as transformers renders them, and which words are whose. */
class ChatTemplateTest {
  private static final String CHATML =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  @TempDir Path folder;

  @Test
  void rendersTheGoldenChats() {
    Path shared = TestData.shared("qwen3-tokenizer");
    ChatTemplate template = ChatTemplate.load(shared);
    Tokenizer tokenizer = HuggingFaceTokenizer.load(shared);
    JsonNode rows =
        TestData.json(TestData.golden("07-chat-template").resolve("chat.json")).get("rows");
    assertThat(rows).hasSize(80);
    for (JsonNode row : rows) {
      RenderedChat rendered = template.render(chat(row));
      assertThat(rendered.text()).as(row.get("name").asText()).isEqualTo(row.get("text").asText());
      assertThat(rendered.encode(tokenizer, true)).containsExactly(ints(row.get("ids")));
    }
  }

  private static Chat chat(JsonNode row) {
    Chat.Builder chat =
        Chat.builder()
            .setMessages(ChatMessage.listFromJson(row.get("messages").toString()))
            .optAddGenerationPrompt(row.get("add_generation_prompt").asBoolean());
    if (!row.get("tools").isNull()) {
      chat.optToolsJson(row.get("tools").toString());
    }
    if (!row.get("enable_thinking").isNull()) {
      chat.optEnableThinking(row.get("enable_thinking").asBoolean());
    }
    return chat.build();
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  @Test
  void knowsWhoseWordsTheTextHas() {
    RenderedChat rendered =
        ChatTemplate.parse(CHATML, "chatml")
            .render(Chat.of(ChatMessage.user("Hi"), ChatMessage.assistant("Hello!")));
    assertThat(rendered.text())
        .isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n");
    assertThat(rendered.spans())
        .containsExactly(
            new MessageSpan(new TextSpan(12, 16), 0, "user", "role"),
            new MessageSpan(new TextSpan(17, 19), 0, "user", "content"),
            new MessageSpan(new TextSpan(42, 51), 1, "assistant", "role"),
            new MessageSpan(new TextSpan(52, 58), 1, "assistant", "content"));
    assertThat(words(rendered)).containsExactly("Hello!");
  }

  private static List<String> words(RenderedChat rendered) {
    return rendered.assistantSpans().stream().map(s -> s.of(rendered.text())).toList();
  }

  @Test
  void generationBlocksSayWhatTheAssistantSaid() {
    String source =
        "{% for m in messages %}{% if m.role == 'assistant' %}A:{% generation %}{{ m.content }}."
            + "{% endgeneration %}{% else %}U:{{ m.content }}{% endif %}{% endfor %}";
    RenderedChat rendered =
        ChatTemplate.parse(source, "marked")
            .render(
                Chat.of(
                    ChatMessage.assistant("one"),
                    ChatMessage.user("x"),
                    ChatMessage.assistant("")));
    assertThat(rendered.text()).isEqualTo("A:one.U:xA:.");
    assertThat(words(rendered)).containsExactly("one.", ".");
  }

  @Test
  void wordsKeepTheirOriginThroughEverythingThatIsDoneToThem() {
    String source =
        "{% set c = messages[0].content.split('|')[1].strip()|upper %}[{{ '%s' % c[1:] ~ '-' }}]"
            + "{{ messages[0].tool_calls|tojson }}{{ messages[0].n + 1 }}";
    RenderedChat rendered =
        ChatTemplate.parse(source, "t")
            .render(
                Chat.of(
                    ChatMessage.assistant("no | yes")
                        .withToolCalls(List.of(Map.of("name", "f")))
                        .with("n", 4)));
    assertThat(rendered.text()).isEqualTo("[ES-][{\"name\": \"f\"}]5");
    assertThat(words(rendered)).containsExactly("ES", "[{\"name\": \"f\"}]5");
  }

  @Test
  void messagesCannotForgeControlTokens() {
    Path shared = TestData.shared("qwen3-tokenizer");
    Tokenizer tokenizer = HuggingFaceTokenizer.load(shared);
    Chat chat = Chat.of(ChatMessage.user("a<|im_end|>b"));
    RenderedChat rendered = ChatTemplate.load(shared).render(chat);
    int end = tokenizer.id("<|im_end|>").orElseThrow();
    assertThat(count(rendered.encode(tokenizer, true), end)).isEqualTo(2);
    int[] ids = rendered.encode(tokenizer, false);
    assertThat(count(ids, end)).isEqualTo(1);
    assertThat(tokenizer.decode(ids, false)).isEqualTo(rendered.text());
    assertThat(tokenizer.encode(rendered.text(), AddedTokens.all()))
        .isEqualTo(rendered.encode(tokenizer, true));
  }

  private static long count(int[] ids, int id) {
    return java.util.Arrays.stream(ids).filter(i -> i == id).count();
  }

  @Test
  void findsTemplatesWhereTransformersFindsThem() throws IOException {
    Chat plain = Chat.of(ChatMessage.user("x"));
    Chat tools =
        Chat.builder().setMessages(plain.messages()).optTools(List.of(Map.of("a", 1))).build();
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(
        config,
        "{\"chat_template\": \"one {{ eos_token }}{{ bos_token }}\","
            + " \"eos_token\": {\"content\": \"E\"}, \"bos_token\": null, \"extra_token\": \"X\"}");
    assertThat(text(plain)).isEqualTo("one E");
    Files.writeString(
        config,
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"d\"},"
            + " {\"name\": \"tool_use\", \"template\": \"t\"}]}");
    assertThat(text(plain)).isEqualTo("d");
    assertThat(text(tools)).isEqualTo("t");
    Files.writeString(folder.resolve("chat_template.jinja"), "file\n");
    assertThat(text(tools)).isEqualTo("file");
    Path more = Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(more.resolve("tool_use.jinja"), "{{ tools|length }} tools");
    assertThat(text(plain)).isEqualTo("file");
    assertThat(text(tools)).isEqualTo("1 tools");
  }

  private String text(Chat chat) {
    return ChatTemplate.load(folder).render(chat).text();
  }

  @Test
  void aFolderWithoutTemplateIsRefused() throws IOException {
    assertThatExceptionOfType(TokenizerFormatException.class)
        .isThrownBy(() -> ChatTemplate.load(folder))
        .withMessageContainingAll(
            folder.toString(), "chat_template.jinja", "tokenizer_config.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": 3}");
    assertThatExceptionOfType(TokenizerFormatException.class)
        .isThrownBy(() -> ChatTemplate.load(folder))
        .withMessageContaining("$.chat_template: expected a string, found 3");
  }

  @Test
  void errorsNameThePlace() {
    ChatTemplate template =
        ChatTemplate.parse("ok\n  {{ raise_exception('no ' ~ messages[0].role) }}", "t.jinja");
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> template.render(Chat.of(ChatMessage.user("x"))))
        .withMessage("t.jinja, line 2, column 21: no user")
        .satisfies(e -> assertThat(e.problem()).isEqualTo("no user"));
    assertThatExceptionOfType(TemplateException.class)
        .isThrownBy(() -> ChatTemplate.parse("a\n{% include 'b' %}", "t.jinja"))
        .withMessage("t.jinja, line 2, column 4: {% include %} is not supported");
  }

  @Test
  void theClockIsTheCallers() {
    Clock clock = Clock.fixed(Instant.parse("2024-07-05T08:09:10Z"), ZoneOffset.UTC);
    RenderedChat rendered =
        ChatTemplate.parse("{{ strftime_now('%d %b %Y, %A %H:%M:%S %p %j %%') }}", "t")
            .withClock(clock)
            .render(Chat.of(ChatMessage.user("x")));
    assertThat(rendered.text()).isEqualTo("05 Jul 2024, Friday 08:09:10 AM 187 %");
  }

  @Test
  void readsMessages() {
    ChatMessage message =
        ChatMessage.fromJson("{\"role\": \"tool\", \"content\": null, \"n\": [1, 2.5, true]}");
    assertThat(message.role()).isEqualTo("tool");
    assertThat(message.content()).isEmpty();
    assertThat(message.asMap().keySet()).containsExactly("role", "content", "n");
    assertThat(message.asMap()).containsEntry("n", List.of(1, 2.5, true));
    for (String wrong : List.of("[]", "{\"content\": \"x\"}", "{\"role\": 1}", "{", "{} {}", "")) {
      assertThatExceptionOfType(TokenizerFormatException.class)
          .as(wrong)
          .isThrownBy(() -> ChatMessage.fromJson(wrong));
    }
  }
}
