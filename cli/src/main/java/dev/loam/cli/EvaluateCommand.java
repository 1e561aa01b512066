// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.sft.InstructionOptions;
import dev.loam.data.sft.InstructionSamples;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.ForwardPass;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Device;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges a model. */
@Command(
    name = "evaluate",
    description = {
      "Takes the loss and the perplexity of a model on a text file, on records with a text each, or"
          + " on the answers of instruction data, which the model is also asked for."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class EvaluateCommand implements Callable<Integer> {
  private static final int DEFAULT_LENGTH = 2048;

  private final Streams streams;

  @Mixin private ThreadsOption threads;
  @Mixin private ModelOptions model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "F",
      description =
          "A text (any name but the following), or records: .jsonl, .json, .csv, .tsv, .parquet.")
  private Path input;

  @Option(
      names = "--json-key",
      paramLabel = "K",
      description = "The field of a record with its text; by default text.")
  private String key = "text";

  @Option(
      names = "--seq-length",
      paramLabel = "N",
      description =
          "Tokens that are seen at once; texts are cut into windows of so many. By default 2048, or"
              + " as many as the model has positions for.")
  private Optional<Integer> sequenceLength = Optional.empty();

  @Option(
      names = "--loss-only",
      description = "Does not have the model answer the questions of instruction data.")
  private boolean lossOnly;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "How many questions are answered together; by default 8.")
  private int batchSize = 8;

  @Option(
      names = "--json",
      description =
          "Writes {\"loss\", \"perplexity\", \"tokens\"}, and for instruction data"
              + " \"exact_match\" (a share) and \"rows\", instead of a line for people.")
  private boolean json;

  EvaluateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (sequenceLength.orElse(1) < 1) {
      throw new UsageException("--seq-length must be at least 1, not " + sequenceLength.get());
    }
    if (batchSize < 1) {
      throw new UsageException("--batch-size must be at least 1, not " + batchSize);
    }
    try (EvaluationInput data = EvaluationInput.read(input, key)) {
      Tokenizer tokenizer = HuggingFaceTokenizer.load(model.tokenizerFolder());
      try (LoadedModel loaded = model.load(threads)) {
        int length = length(loaded.model().config());
        List<LossWindow> windows = windows(data, tokenizer, length);
        LossTotal total = loaded.lease().call(() -> judge(loaded, windows, length));
        write(total, data, tokenizer, loaded);
      }
    }
    return ExitCodes.OK;
  }

  private int length(Qwen3Config config) {
    int length = sequenceLength.orElse(Math.min(DEFAULT_LENGTH, config.maxPositions()));
    if (length > config.maxPositions()) {
      throw new UsageException(
          "--seq-length %d: the model has %d positions".formatted(length, config.maxPositions()));
    }
    return length;
  }

  private List<LossWindow> windows(EvaluationInput data, Tokenizer tokenizer, int length) {
    List<LossWindow> windows = new ArrayList<>();
    if (data instanceof EvaluationInput.Texts texts) {
      for (String text : texts.texts()) {
        windows.addAll(LossWindow.ofText(tokenizer.encode(text, AddedTokens.all()), length));
      }
    } else if (data instanceof EvaluationInput.Rows rows) {
      if (length < 2) {
        throw new UsageException("--seq-length must be at least 2 for instruction data");
      }
      InstructionOptions options =
          InstructionOptions.builder(model.tokenizerFolder(), length).build();
      InstructionSamples samples = InstructionSamples.of(rows.table(), options);
      for (long i = 0; i < samples.size(); i++) {
        windows.add(LossWindow.ofSample(samples.get(i)));
      }
    }
    return windows;
  }

  private LossTotal judge(LoadedModel loaded, List<LossWindow> windows, int length) {
    if (windows.isEmpty()) {
      throw new UsageException(
          input + ": nothing to predict; the first token of a text has nothing before it");
    }
    checkVocabulary(windows, loaded.model().config());
    try (Arena arena = loaded.lease().newArena(Device.cpu());
        ProgressBar bar = new ProgressBar(streams, "evaluating", ProgressBar.Unit.TOKENS)) {
      LossTotal total =
          new LossTotal(
              new ForwardPass(loaded.lease(), arena, loaded.model().part(), length), length);
      long all = windows.stream().mapToLong(window -> window.ids().length).sum();
      long done = 0;
      for (LossWindow window : windows) {
        total.add(window);
        done += window.ids().length;
        bar.update(done, all, "");
      }
      total.flush();
      return total;
    }
  }

  private void checkVocabulary(List<LossWindow> windows, Qwen3Config config) {
    long largest =
        windows.stream()
            .flatMapToLong(
                window ->
                    LongStream.concat(
                        Arrays.stream(window.ids()).asLongStream(), Arrays.stream(window.labels())))
            .max()
            .orElse(0);
    if (largest >= config.vocabSize()) {
      throw new UsageException(
          "%s: token %d is outside the model's vocabulary of %d; name the model's own tokenizer with"
                  .formatted(input, largest, config.vocabSize())
              + " --tokenizer");
    }
  }

  private void write(
      LossTotal total, EvaluationInput data, Tokenizer tokenizer, LoadedModel loaded) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("loss", total.mean());
    object.put("perplexity", Math.exp(total.mean()));
    object.put("tokens", total.tokens());
    String line =
        String.format(
            Locale.ROOT,
            "loss %.5f, perplexity %.4f, %d tokens",
            total.mean(),
            Math.exp(total.mean()),
            total.tokens());
    if (data instanceof EvaluationInput.Rows rows && !lossOnly) {
      int matches = new AnswerCheck(loaded, tokenizer, model, batchSize).matches(rows.table());
      object.put("exact_match", (double) matches / rows.table().size());
      object.put("rows", rows.table().size());
      line += ", %d of %d answers exactly".formatted(matches, rows.table().size());
    }
    streams.out().print((json ? JsonText.write(object) : line) + "\n");
  }
}
