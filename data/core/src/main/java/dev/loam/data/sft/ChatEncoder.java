// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.TextSpan;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.tokenizer.chat.MessageSpan;
import dev.loam.tokenizer.chat.RenderedChat;
import dev.loam.tokenizer.chat.TemplateException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Renders conversations with a chat template and trains the answers. Prompts and answers are
 * encoded apart, as they are when a model is asked: no token has a part of both.
 */
final class ChatEncoder implements RecordEncoder {
  private final ConversationFormat format;
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final Optional<Boolean> enableThinking;
  private final boolean onlyLast;
  private final boolean addedTokensInMessages;
  private final AnswerFinder answers;

  ChatEncoder(
      ConversationFormat format,
      Tokenizer tokenizer,
      ChatTemplate template,
      InstructionOptions options) {
    this.format = format;
    this.tokenizer = tokenizer;
    this.template = template;
    this.enableThinking = options.enableThinking();
    this.onlyLast = options.onlyLastAnswer();
    this.addedTokensInMessages = options.addedTokensInMessages();
    this.answers = new AnswerFinder(template, enableThinking, onlyLast);
  }

  @Override
  public EncodedSample encode(DataRecord record) {
    Conversation conversation = format.read(record);
    RenderedChat chat;
    List<TextSpan> trained;
    try {
      chat = template.render(chat(conversation));
      trained = answers.find(chat, conversation.messages());
    } catch (TemplateException | DataFormatException e) {
      throw new DataFormatException(record.place() + ": " + e.getMessage(), e);
    }
    checkWords(conversation, chat, trained);
    return tokens(conversation, chat, trained);
  }

  private Chat chat(Conversation conversation) {
    Chat.Builder chat = Chat.builder().setMessages(conversation.messages());
    enableThinking.ifPresent(chat::optEnableThinking);
    if (!conversation.tools().isEmpty()) {
      chat.optTools(conversation.tools());
    }
    return chat.build();
  }

  /** What is trained has all that assistants say, and nothing that came from anywhere else. */
  private void checkWords(Conversation conversation, RenderedChat chat, List<TextSpan> trained) {
    List<TextSpan> said = new ArrayList<>();
    for (MessageSpan part : chat.spans()) {
      boolean answer = AnswerFinder.isAnswer(part);
      boolean inside = trained.stream().anyMatch(span -> contains(span, part.span()));
      if (answer && !inside && !onlyLast) {
        throw wrong(conversation, chat, part.span(), "an assistant says, would not be trained");
      }
      if (answer && inside) {
        said.add(part.span());
      }
    }
    for (TextSpan data : chat.dataSpans()) {
      int at = data.start();
      for (TextSpan words : said) {
        at = words.start() <= at && at < words.end() ? words.end() : at;
      }
      int from = at;
      if (at < data.end() && trained.stream().anyMatch(span -> overlap(span, from, data.end()))) {
        throw wrong(conversation, chat, data, "no assistant says, would be trained");
      }
    }
  }

  private static boolean contains(TextSpan outer, TextSpan inner) {
    return outer.start() <= inner.start() && inner.end() <= outer.end();
  }

  private static boolean overlap(TextSpan span, int start, int end) {
    return span.start() < end && start < span.end();
  }

  private static DataFormatException wrong(
      Conversation conversation, RenderedChat chat, TextSpan span, String problem) {
    String text = span.of(chat.text());
    String shown = text.length() <= 60 ? text : text.substring(0, 60) + "...";
    return conversation.place().wrong("'" + shown + "', which " + problem);
  }

  private EncodedSample tokens(
      Conversation conversation, RenderedChat chat, List<TextSpan> trained) {
    TokenList ids = new TokenList();
    TokenList answered = new TokenList();
    List<int[]> marks = new ArrayList<>();
    int at = 0;
    StringBuilder words = new StringBuilder();
    for (TextSpan span : trained) {
      ids.add(encode(chat, at, span.start()));
      int[] answer = encode(chat, span.start(), span.end());
      marks.add(new int[] {ids.size(), ids.size() + answer.length});
      ids.add(answer);
      answered.add(answer);
      words.append(span.of(chat.text()));
      at = span.end();
    }
    ids.add(encode(chat, at, chat.text().length()));
    checkDecoded(conversation, answered.toArray(), words.toString());
    return new EncodedSample(ids.toArray(), labels(ids.toArray(), marks));
  }

  private int[] encode(RenderedChat chat, int start, int end) {
    String piece = chat.text().substring(start, end);
    AddedTokens all = AddedTokens.all();
    if (addedTokensInMessages) {
      return tokenizer.encode(piece, all);
    }
    List<TextSpan> data = new ArrayList<>();
    for (TextSpan span : chat.dataSpans()) {
      if (overlap(span, start, end)) {
        data.add(
            new TextSpan(Math.max(span.start(), start) - start, Math.min(span.end(), end) - start));
      }
    }
    return tokenizer.encode(piece, all.outside(data));
  }

  /** A position predicts the token after it, where that one is of an answer. */
  private static int[] labels(int[] ids, List<int[]> trained) {
    int[] labels = new int[ids.length];
    Arrays.fill(labels, EncodedSample.IGNORED);
    for (int[] range : trained) {
      for (int t = Math.max(1, range[0]); t < range[1]; t++) {
        labels[t - 1] = ids[t];
      }
    }
    return labels;
  }

  /** Tokenizers may compose characters, and encode halves of surrogate pairs as U+FFFD. */
  private void checkDecoded(Conversation conversation, int[] trained, String words) {
    String decoded = tokenizer.decode(trained, false);
    if (!decoded.equals(words) && !plain(decoded).equals(plain(words))) {
      throw new IllegalStateException(
          conversation.place()
              + ": trained is '"
              + decoded
              + "' and not what is said, '"
              + words
              + "'");
    }
  }

  private static String plain(String text) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    String valid = new String(utf8, java.nio.charset.StandardCharsets.UTF_8);
    return Normalizer.normalize(valid, Normalizer.Form.NFC).replace('\uFFFD', '?');
  }
}
