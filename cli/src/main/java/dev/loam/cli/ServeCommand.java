// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.generation.GenerationOptions;
import dev.loam.serve.LoamServer;
import dev.loam.serve.LoamServerBuilder;
import dev.loam.serve.ModelBackend;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model for programs that speak OpenAI's language. */
@Command(
    name = "serve",
    description = {
      "Answers OpenAI's requests for chats and completions over HTTP, until Ctrl-C or SIGTERM.",
      "Where a request does not say how tokens are chosen, generation_config.json of the model does."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ServeCommand implements Callable<Integer> {
  private static final String KEY_VARIABLE = "LOAM_API_KEY";

  private final Streams streams;

  @Mixin private ThreadsOption threads;
  @Mixin private ModelOptions model;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where to listen, by default 127.0.0.1, which only this machine reaches.")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "By default 8000; 0 for any that is free.")
  private int port = 8000;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "How many requests may wait, by default 16; more are told to come back (429).")
  private int queue = 16;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "How many at most where a request does not say it, by default 1024.")
  private int maxNewTokens = 1024;

  @Option(
      names = "--model-name",
      paramLabel = "S",
      description = "What requests call the model, by default the name of its folder.")
  private Optional<String> modelName = Optional.empty();

  @Option(
      names = "--api-key",
      paramLabel = "K",
      description =
          "Refuses requests without it. On this line other users of the machine may see it; the"
              + " variable "
              + KEY_VARIABLE
              + " says the same.")
  private Optional<String> apiKey = Optional.empty();

  ServeCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    LoamServerBuilder builder = builder();
    Tokenizer tokenizer = HuggingFaceTokenizer.load(model.tokenizerFolder());
    Optional<ChatTemplate> template = TextModel.template(model.tokenizerFolder());
    CountDownLatch stop = new CountDownLatch(1);
    try (LoadedModel loaded = model.load(threads);
        ModelBackend backend =
            new ModelBackend(
                loaded.model(),
                tokenizer,
                template,
                GenerationOptions.read(model.folder(), loaded.model().config()));
        StopSignals signals =
            StopSignals.handle(stop::countDown, "ending with the answer at work", streams);
        LoamServer server = start(builder.setBackend(backend))) {
      streams.say("serving " + name() + " at " + server.url() + "; Ctrl-C ends it");
      await(stop);
      return signals.exitCode();
    }
  }

  private LoamServerBuilder builder() {
    try {
      LoamServerBuilder builder =
          LoamServer.builder()
              .optHost(host)
              .optPort(port)
              .optQueueSize(queue)
              .optDefaultMaxTokens(maxNewTokens)
              .optModelName(name());
      apiKey
          .or(() -> Optional.ofNullable(System.getenv(KEY_VARIABLE)))
          .ifPresent(builder::optApiKey);
      return builder;
    } catch (IllegalArgumentException e) {
      throw new UsageException("serve: " + e.getMessage(), e);
    }
  }

  private String name() {
    return modelName.orElseGet(
        () -> String.valueOf(model.folder().toAbsolutePath().normalize().getFileName()));
  }

  private static LoamServer start(LoamServerBuilder builder) {
    try {
      return builder.build();
    } catch (UncheckedIOException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** An interrupt ends it as well, for those who run the command inside of a program. */
  private static void await(CountDownLatch stop) {
    try {
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
