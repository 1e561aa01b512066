// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A conversation with a model. */
@Command(
    name = "chat",
    description = {
      "Answers what you type, line by line, with all that was said before in mind.",
      "Lines from a pipe are answered in their order, and nothing else is written."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ChatCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;
  @Mixin private ModelOptions model;
  @Mixin private SamplingOptions sampling;

  @Option(names = "--system", paramLabel = "S", description = "Instructions to the model.")
  private Optional<String> system = Optional.empty();

  @Option(
      names = "--enable-thinking",
      arity = "1",
      paramLabel = "true|false",
      description = "Whether the model is to think first, for chat templates that ask.")
  private Optional<Boolean> enableThinking = Optional.empty();

  ChatCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    sampling.check();
    if (streams.input().kind() == Input.Kind.NONE) {
      throw new UsageException(
          "chat needs a terminal, or lines from a pipe; for one answer use loam generate --messages");
    }
    Tokenizer tokenizer = HuggingFaceTokenizer.load(model.tokenizerFolder());
    ChatTemplate template =
        TextModel.template(model.tokenizerFolder())
            .orElseThrow(
                () ->
                    new UsageException(
                        model.tokenizerFolder()
                            + ": no chat template; use loam generate --prompt, or name another"
                            + " folder with --tokenizer"));
    try (TextModel loaded =
        TextModel.of(model.load(threads), tokenizer, Optional.of(template), 1)) {
      Conversation conversation =
          new Conversation(
              loaded,
              sampling.options(model.folder(), loaded.config()),
              sampling.hasMaxNewTokens(),
              streams);
      enableThinking.ifPresent(conversation::enableThinking);
      system.ifPresent(conversation::begin);
      new ChatLoop(conversation, streams).run();
    }
    return ExitCodes.OK;
  }
}
