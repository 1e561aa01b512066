// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.loam.data.preprocess.PreprocessOptions;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From a text to a tokenizer, a dataset, a model that has learnt it, and what that writes. */
public final class Counting {
  private static final String TEXT = "one two three four five six seven eight nine ten ";

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));

    Path tokenizerFolder = folder.resolve("tokenizer");
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(BpeTrainerSettings.of(300))) {
      trainer.feed(TEXT.repeat(100));
      trainer.train().save(tokenizerFolder);
    }
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);

    Path json = folder.resolve("text.jsonl");
    Files.write(json, Collections.nCopies(50, "{\"text\": \"" + TEXT.repeat(10) + "\"}"));
    new Preprocessor(tokenizer, PreprocessOptions.defaults()).run(json, folder.resolve("text"));

    Path yaml = folder.resolve("train.yaml");
    try (var in = Counting.class.getResourceAsStream("/train.yaml")) {
      String template = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      Files.writeString(yaml, template.replace("{folder}", folder.toString()));
    }
    Engine engine = Engine.named("torch");
    TrainingRun run = new TrainingRun(TrainingConfig.read(yaml, Map.of()));
    StepMetrics last = run.runOnThreads(engine, 1, List.of());
    System.out.println("step " + last.step() + " loss " + last.loss());

    try (ComputeLease lease = engine.lease(1);
        Qwen3Model model = Qwen3Model.open(lease, run.modelFolder(), 64)) {
      int[] prompt = tokenizer.encode("one two three", AddedTokens.none());
      int[] written = new GreedyGenerator(model).generate(prompt, 8, Set.of());
      System.out.println("one two three" + tokenizer.decode(written, true));
    }
  }
}
