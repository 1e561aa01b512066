// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.tokenizer.TextSpan;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatMessage;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.tokenizer.chat.MessageSpan;
import dev.loam.tokenizer.chat.RenderedChat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds in a rendered conversation what a model is to write: for every answer all from the end of
 * the prompt, as the template writes it before an answer, to the end of what it writes behind one
 * ({@code <|im_end|>} and a newline). A template that marks answers with {@code generation} blocks
 * says so itself. Immutable.
 */
final class AnswerFinder {
  private static final String PROBE = "A";

  private final List<String> openings;
  private final String closing;
  private final boolean onlyLast;

  /**
   * Looks at what a template writes around an answer.
   *
   * @param enableThinking what the template is told of thinking when it writes the beginning of an
   *     answer; where an answer begins in the same way, that beginning belongs to the prompt
   * @param onlyLast whether the answers before the last one are left out
   */
  AnswerFinder(ChatTemplate template, Optional<Boolean> enableThinking, boolean onlyLast) {
    this.onlyLast = onlyLast;
    ChatMessage question = ChatMessage.user(PROBE);
    String before = template.render(Chat.of(question)).text();
    List<String> beginnings = new ArrayList<>();
    enableThinking.ifPresent(enable -> beginnings.add(opening(template, question, before, enable)));
    beginnings.add(opening(template, question, before, Optional.empty()));
    openings = List.copyOf(beginnings);
    RenderedChat whole = template.render(Chat.of(question, ChatMessage.assistant(PROBE)));
    closing = whole.text().substring(end(whole.spans(), 1));
  }

  private static String opening(
      ChatTemplate template, ChatMessage question, String before, boolean enableThinking) {
    return opening(template, question, before, Optional.of(enableThinking));
  }

  private static String opening(
      ChatTemplate template, ChatMessage question, String before, Optional<Boolean> thinking) {
    Chat.Builder chat = Chat.builder().setMessages(List.of(question)).optAddGenerationPrompt(true);
    thinking.ifPresent(chat::optEnableThinking);
    String text = template.render(chat.build()).text();
    if (!text.startsWith(before) || text.length() == before.length()) {
      throw new DataFormatException(
          "the chat template writes nothing before an answer with add_generation_prompt, so it"
              + " cannot be told where one begins; mark answers with {% generation %} in it");
    }
    return text.substring(before.length());
  }

  /** The parts of a rendered conversation that are trained, in order; none without an answer. */
  List<TextSpan> find(RenderedChat chat, List<ChatMessage> messages) {
    List<TextSpan> answers = new ArrayList<>();
    if (marksAnswers(chat)) {
      answers.addAll(chat.assistantSpans());
    } else {
      for (int i = 0; i < messages.size(); i++) {
        if (messages.get(i).role().equals("assistant")) {
          answers.add(answer(chat, i));
        }
      }
    }
    return onlyLast && answers.size() > 1
        ? answers.subList(answers.size() - 1, answers.size())
        : answers;
  }

  /** Whether the template knows more of answers than the words that are in them. */
  private static boolean marksAnswers(RenderedChat chat) {
    List<TextSpan> words = new ArrayList<>();
    for (MessageSpan part : chat.spans()) {
      if (isAnswer(part)) {
        int last = words.size() - 1;
        if (last >= 0 && words.get(last).end() == part.span().start()) {
          words.set(last, new TextSpan(words.get(last).start(), part.span().end()));
        } else {
          words.add(part.span());
        }
      }
    }
    return !words.equals(chat.assistantSpans());
  }

  /** Whether a part is of an answer, the role not counting. */
  static boolean isAnswer(MessageSpan part) {
    return part.role().equals("assistant") && !part.key().equals("role");
  }

  private TextSpan answer(RenderedChat chat, int message) {
    String text = chat.text();
    int start = text.indexOf(openings.get(openings.size() - 1), end(chat.spans(), message - 1));
    if (start < 0) {
      throw new DataFormatException(
          "the chat template begins the answer in messages["
              + message
              + "] otherwise than one it"
              + " asks for with add_generation_prompt");
    }
    for (String opening : openings) {
      if (text.startsWith(opening, start)) {
        start += opening.length();
        break;
      }
    }
    int end = text.indexOf(closing, Math.max(start, end(chat.spans(), message)));
    if (end < 0) {
      throw new DataFormatException(
          "the chat template does not end the answer in messages[" + message + "] as others");
    }
    return new TextSpan(start, end + closing.length());
  }

  /** Where the last part of the messages up to one ends. */
  private static int end(List<MessageSpan> parts, int message) {
    int end = 0;
    for (MessageSpan part : parts) {
      if (part.message() <= message) {
        end = Math.max(end, part.span().end());
      }
    }
    return end;
  }
}
