// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.preprocess.PreprocessOptions;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.examples.SampleText;
import dev.loam.model.GreedyGenerator;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A whole small run on the sample text. */
@Command(
    name = "quickstart",
    description =
        "A whole small run on text that ships with Loam: prepare, pre-train, stop, resume,"
            + " generate, train an adapter, answer with it, report.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class QuickstartCommand implements Callable<Integer> {
  private static final int VOCABULARY = 4096;
  private static final int NEW_TOKENS = 48;
  private static final String STOP = "400";
  private static final String END_OF_TEXT = "<|endoftext|>";

  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where everything is written; by default output/quickstart.")
  private Path folder = Path.of("output", "quickstart");

  QuickstartCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    Path text = folder.resolve("sample.jsonl");
    Files.createDirectories(folder);
    SampleText.write(text);
    streams.say("1. sample text: " + Files.size(text) / 1024 + " KiB in " + text);
    HuggingFaceTokenizer tokenizer = trainTokenizer(folder.resolve("tokenizer"));
    Path data = preprocess(tokenizer, text);
    Path run = folder.resolve("run");
    Path config =
        QuickstartConfig.write(
            folder.resolve("train.yaml"),
            "quickstart.yaml",
            Map.of("output_dir", run, "tokenizer_dir", folder.resolve("tokenizer"), "data", data));
    streams.say("4. pre-training: loam train --config " + config + " --stop_step " + STOP);
    int exitCode = train(config, Map.of("stop_step", STOP));
    if (exitCode != ExitCodes.OK) {
      return exitCode;
    }
    streams.say("5. the rest: loam train --config " + config + " --resume_training True");
    exitCode = train(config, Map.of("resume_training", "True"));
    if (exitCode != ExitCodes.OK) {
      return exitCode;
    }
    Path model = run.resolve("model");
    streams.say("6. generation: loam generate --model " + model + " --prompt ...");
    generate(model, tokenizer);
    QuickstartTuning tuning = new QuickstartTuning(folder, model, threads.count(), streams);
    exitCode = tuning.train();
    if (exitCode != ExitCodes.OK) {
      return exitCode;
    }
    tuning.answer();
    streams.say("9. report, for a browser: " + address(run.resolve("report.html")));
    return ExitCodes.OK;
  }

  /** What terminals show as a link. */
  private static String address(Path file) {
    return "file://" + file.toAbsolutePath().normalize().toString().replace(" ", "%20");
  }

  private int train(Path config, Map<String, String> overrides) {
    return TrainCommand.train(TrainingConfig.read(config, overrides), threads.count(), streams);
  }

  private HuggingFaceTokenizer trainTokenizer(Path into) throws IOException {
    BpeTrainerSettings settings =
        BpeTrainerSettings.of(VOCABULARY)
            .withMinFrequency(2)
            .withSpecialTokens(List.of(END_OF_TEXT))
            .withEndOfText(END_OF_TEXT);
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(settings)) {
      SampleText.documents().forEach(trainer::feed);
      trainer.train().save(into);
    }
    QuickstartTuning.addTemplate(into);
    streams.say("2. tokenizer: " + VOCABULARY + " tokens in " + into);
    return HuggingFaceTokenizer.load(into);
  }

  private Path preprocess(HuggingFaceTokenizer tokenizer, Path text) throws IOException {
    PreprocessOptions options =
        PreprocessOptions.defaults().withEndOfDocument(tokenizer.endOfText().orElseThrow());
    Preprocessor.Result result =
        new Preprocessor(tokenizer, options).run(text, folder.resolve("sample"));
    Path prefix = result.prefixes().get(0);
    streams.say("3. dataset: " + result.tokens().get(0) + " tokens in " + prefix + ".bin/.idx");
    return prefix;
  }

  private void generate(Path folder, HuggingFaceTokenizer tokenizer) {
    try (LoadedModel loaded = LoadedModel.open(folder, threads.count())) {
      GreedyGenerator generator = new GreedyGenerator(loaded.model());
      Set<Integer> stop = Set.of(tokenizer.endOfText().orElseThrow());
      for (String prompt : List.of(SampleText.ENGLISH_PROMPT, SampleText.CHINESE_PROMPT)) {
        int[] ids = tokenizer.encode(prompt, AddedTokens.none());
        String text = tokenizer.decode(generator.generate(ids, NEW_TOKENS, stop), true);
        streams.out().print(prompt + text + "\n");
      }
    }
  }
}
