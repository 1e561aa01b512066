// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.TextSpan;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.jinja.Origin;
import dev.loam.tokenizer.chat.jinja.RenderedText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The text of a conversation, and which parts of it came from which message. Spans count UTF-16
 * units, ascend and do not overlap. Immutable.
 */
public final class RenderedChat {
  private final String text;
  private final List<MessageSpan> spans;
  private final List<TextSpan> assistantSpans;
  private final List<TextSpan> dataSpans;

  RenderedChat(RenderedText rendered, List<ChatMessage> messages, boolean hasGeneration) {
    this.text = rendered.text();
    this.spans = messageSpans(rendered, messages);
    this.assistantSpans =
        hasGeneration
            ? spans(rendered, Origin::generated)
            : spans(rendered, origin -> isAnswer(origin, messages));
    this.dataSpans = spans(rendered, origin -> origin.source() != Origin.Source.TEMPLATE);
  }

  private static boolean isAnswer(Origin origin, List<ChatMessage> messages) {
    return origin.source() == Origin.Source.MESSAGE
        && !origin.key().equals("role")
        && messages.get(origin.message()).role().equals("assistant");
  }

  private static List<TextSpan> spans(RenderedText rendered, Predicate<Origin> wanted) {
    List<TextSpan> spans = new ArrayList<>();
    for (RenderedText.Run run : rendered.runs()) {
      if (wanted.test(run.origin())) {
        int last = spans.size() - 1;
        if (last >= 0 && spans.get(last).end() == run.start()) {
          spans.set(last, new TextSpan(spans.get(last).start(), run.end()));
        } else {
          spans.add(new TextSpan(run.start(), run.end()));
        }
      }
    }
    return List.copyOf(spans);
  }

  private static List<MessageSpan> messageSpans(RenderedText rendered, List<ChatMessage> messages) {
    List<MessageSpan> spans = new ArrayList<>();
    for (RenderedText.Run run : rendered.runs()) {
      Origin origin = run.origin();
      if (origin.source() == Origin.Source.MESSAGE) {
        String role = messages.get(origin.message()).role();
        TextSpan span = new TextSpan(run.start(), run.end());
        spans.add(new MessageSpan(span, origin.message(), role, origin.key()));
      }
    }
    return List.copyOf(spans);
  }

  /** The text, as the template wrote it. */
  public String text() {
    return text;
  }

  /** The parts that came from messages, their roles included. */
  public List<MessageSpan> spans() {
    return spans;
  }

  /**
   * The parts that an assistant said, which is what a model is trained on. Where the template marks
   * them with {@code generation} blocks, what is in those blocks; else whatever came from messages
   * of the role {@code assistant}, but for the role itself. Adjacent parts are one.
   */
  public List<TextSpan> assistantSpans() {
    return assistantSpans;
  }

  /** The parts that came from outside of the template: messages, tools and variables. */
  public List<TextSpan> dataSpans() {
    return dataSpans;
  }

  /**
   * The ids of the text.
   *
   * @param addedTokensInMessages whether added tokens such as {@code <|im_end|>} are recognised
   *     also where they come from messages, tools or variables, as Hugging Face does; otherwise
   *     they are plain text there, and control tokens only where the template wrote them
   */
  public int[] encode(Tokenizer tokenizer, boolean addedTokensInMessages) {
    AddedTokens all = AddedTokens.all();
    return tokenizer.encode(text, addedTokensInMessages ? all : all.outside(dataSpans));
  }
}
