// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tokenizer.TextSpan;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is said about origins is true of every character. */
class OriginPropertiesTest {
  @Provide
  Arbitrary<List<ChatMessage>> chats() {
    Arbitrary<String> words =
        Arbitraries.of("a", "assistant", "<|im_end|>", " ", "\n", "😀", "é", "'", "\"", "\\", "{{")
            .list()
            .ofMaxSize(6)
            .map(parts -> String.join("", parts));
    Arbitrary<ChatMessage> message =
        Combinators.combine(Arbitraries.of("system", "user", "assistant", "tool"), words)
            .as(ChatMessage::of);
    return message.list().ofMinSize(1).ofMaxSize(6);
  }

  /** Of a template that prints contents as they are, the assistant's spans are their contents. */
  @Property(tries = 300)
  void assistantSpansAreTheContents(@ForAll("chats") List<ChatMessage> messages) {
    String source =
        "{% for m in messages %}<{{ m.role }}>{% set c = '[' + m.content ~ ']' %}{{ c[1:-1] }};"
            + "{% endfor %}";
    RenderedChat rendered = render(source, messages);
    List<String> answers =
        messages.stream()
            .filter(m -> m.role().equals("assistant"))
            .map(m -> m.content().orElseThrow())
            .filter(c -> !c.isEmpty())
            .toList();
    assertThat(rendered.assistantSpans().stream().map(s -> s.of(rendered.text())).toList())
        .isEqualTo(answers);
  }

  /** Each span is a part of the very member that it is said to come from, and all else is not. */
  @Property(tries = 300)
  void spansHoldPartsOfTheirMembers(@ForAll("chats") List<ChatMessage> messages) {
    String source =
        "{% macro show(x) %}({{ x }}){% endmacro %}{% for m in messages %}{{ m.content[:3] }}|"
            + "{{ m.content.strip() }}|{{ m.content.split('a')|join('+') }}|"
            + "{{ show(m.role ~ '/' ~ m.content)|replace('(', '<') }}|{{ m.content|list|last }}|"
            + "{{ '%s!' % m.content }}{{ '{}'.format(m.content) }}{% endfor %}";
    RenderedChat rendered = render(source, messages);
    StringBuilder rest = new StringBuilder();
    int done = 0;
    for (MessageSpan span : rendered.spans()) {
      ChatMessage message = messages.get(span.message());
      assertThat(span.role()).isEqualTo(message.role());
      assertThat(String.valueOf(message.asMap().get(span.key())).replace("(", "<"))
          .contains(span.span().of(rendered.text()));
      assertThat(span.span().start()).isGreaterThanOrEqualTo(done);
      rest.append(rendered.text(), done, span.span().start());
      done = span.span().end();
    }
    rest.append(rendered.text(), done, rendered.text().length());
    assertThat(rest.toString().chars().allMatch(c -> "|+<()/!".indexOf(c) >= 0))
        .as(rest.toString())
        .isTrue();
  }

  /** All that comes from outside is data; spans ascend. */
  @Property(tries = 100)
  void dataSpansCoverTheMessageSpans(@ForAll("chats") List<ChatMessage> messages) {
    RenderedChat rendered = render("{{ messages|tojson }}{{ day }}.", messages);
    assertThat(rendered.dataSpans()).containsExactly(new TextSpan(0, rendered.text().length() - 1));
    List<Integer> ends = new ArrayList<>(List.of(0));
    for (MessageSpan span : rendered.spans()) {
      assertThat(span.span().start()).isGreaterThanOrEqualTo(ends.get(ends.size() - 1));
      ends.add(span.span().end());
    }
  }

  private static RenderedChat render(String source, List<ChatMessage> messages) {
    Chat chat = Chat.builder().setMessages(messages).optVariable("day", "Monday").build();
    return ChatTemplate.parse(source, "t").render(chat);
  }
}
