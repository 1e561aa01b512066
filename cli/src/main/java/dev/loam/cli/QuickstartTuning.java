// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.examples.SampleText;
import dev.loam.model.generation.GenerationOptions;
import dev.loam.serve.text.GeneratedText;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextOptions;
import dev.loam.serve.text.TextRequest;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.chat.ChatMessage;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What follows a pre-training: an adapter that makes the model answer a sentence with one sentence,
 * and answers.
 *
 * @param folder where everything is written
 * @param model the pre-trained one
 */
record QuickstartTuning(Path folder, Path model, int threads, Streams streams) {
  /** Messages one after the other, each with its end, which the tokenizer calls end of text. */
  private static final String TEMPLATE =
      "{% for message in messages %}{{ message.role }}: {{ message.content }}<|endoftext|>"
          + "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

  private static final int NEW_TOKENS = 48;

  /** Gives a tokenizer the template that messages are written with. */
  static void addTemplate(Path tokenizer) throws IOException {
    Files.writeString(tokenizer.resolve("chat_template.jinja"), TEMPLATE);
  }

  private Path run() {
    return folder.resolve("run-lora");
  }

  /** Trains the adapter and gives the exit code. */
  int train() throws IOException {
    Path rows = folder.resolve("instructions.jsonl");
    SampleText.writeInstructions(rows);
    Path config =
        QuickstartConfig.write(
            folder.resolve("lora.yaml"),
            "quickstart-lora.yaml",
            Map.of("output_dir", run(), "model", model, "rows", rows));
    streams.say("7. adapter: loam train --config " + config);
    return TrainCommand.train(TrainingConfig.read(config, Map.of()), threads, streams);
  }

  /** Answers sentences with the adapter beside the model. */
  void answer() {
    Path adapter = run().resolve("adapter");
    streams.say(
        "8. answers: loam generate --model " + model + " --adapter " + adapter + " --messages ...");
    try (TextModel loaded =
        TextModel.of(
            LoadedModel.open(model, Optional.of(adapter), threads),
            HuggingFaceTokenizer.load(model),
            TextModel.template(model),
            1)) {
      GenerationOptions options =
          GenerationOptions.read(model, loaded.config()).toBuilder()
              .optMaxNewTokens(NEW_TOKENS)
              .build();
      for (String question : List.of(SampleText.ENGLISH_QUESTION, SampleText.CHINESE_QUESTION)) {
        Prompt prompt = Prompt.messages(List.of(ChatMessage.user(question)));
        TextRequest request =
            loaded.prepare("a question", prompt, TextOptions.of(options), piece -> true);
        GeneratedText answer = loaded.generator().generateAll(List.of(request)).get(0);
        streams.out().print(question + "\n  " + answer.text() + "\n");
      }
    }
  }
}
