// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.loader.RecordTable;
import dev.loam.data.record.DataRecord;
import dev.loam.data.sft.ConversationFormat;
import dev.loam.model.ModelInputException;
import dev.loam.model.generation.GenerationOptions;
import dev.loam.serve.text.GeneratedText;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextGenerator;
import dev.loam.serve.text.TextOptions;
import dev.loam.serve.text.TextRequest;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.ChatMessage;
import dev.loam.tokenizer.chat.TemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Has a model answer rows of instruction data, and compares with the answers they have. */
final class AnswerCheck {
  /** Room for the tokens that end an answer, and for one that is written in other tokens. */
  private static final int MORE_TOKENS = 16;

  private static final String END_OF_THOUGHTS = "</think>";

  private final LoadedModel loaded;
  private final Tokenizer tokenizer;
  private final ModelOptions model;
  private final int batchSize;

  /**
   * A check.
   *
   * @param loaded stays its owner's
   * @param batchSize how many rows are answered together
   */
  AnswerCheck(LoadedModel loaded, Tokenizer tokenizer, ModelOptions model, int batchSize) {
    this.loaded = loaded;
    this.tokenizer = tokenizer;
    this.model = model;
    this.batchSize = batchSize;
  }

  /**
   * How many rows the model answers, always with the most probable token, exactly as they say, but
   * for white space before and after. It answers the last question, and what comes before is given.
   */
  int matches(RecordTable rows) {
    ConversationFormat format = ConversationFormat.of(rows.columns());
    GenerationOptions greedy =
        GenerationOptions.greedy().toBuilder()
            .optStopTokens(
                GenerationOptions.read(model.folder(), loaded.model().config()).stopTokens())
            .build();
    List<String> expected = new ArrayList<>();
    List<TextRequest> requests = new ArrayList<>();
    try (TextGenerator generator =
        new TextGenerator(
            loaded.model(), tokenizer, TextModel.template(model.tokenizerFolder()), batchSize)) {
      for (int i = 0; i < rows.size(); i++) {
        DataRecord row = rows.get(i);
        List<ChatMessage> messages = format.read(row).messages();
        String answer = messages.get(messages.size() - 1).content().orElse("");
        Prompt question = Prompt.messages(messages.subList(0, messages.size() - 1));
        requests.add(request(generator, row, question, options(greedy, answer)));
        expected.add(answer.strip());
      }
      List<GeneratedText> answers = generator.generateAll(requests);
      return (int)
          IntStream.range(0, answers.size())
              .filter(i -> answers.get(i).text().strip().equals(expected.get(i)))
              .count();
    }
  }

  private static TextRequest request(
      TextGenerator generator, DataRecord row, Prompt question, TextOptions options) {
    try {
      return generator.prepare(question, options, piece -> true);
    } catch (ModelInputException | TemplateException e) {
      throw new UsageException(row.place() + ": " + e.getMessage(), e);
    }
  }

  /** What is longer than the answer is no match, so no more than that is written. */
  private TextOptions options(GenerationOptions greedy, String answer) {
    int tokens = tokenizer.count(answer, AddedTokens.all()) + MORE_TOKENS;
    GenerationOptions options = greedy.toBuilder().optMaxNewTokens(tokens).build();
    return TextOptions.of(options).withEnableThinking(answer.contains(END_OF_THOUGHTS));
  }
}
