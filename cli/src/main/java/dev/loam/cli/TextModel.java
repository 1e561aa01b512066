// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextGenerator;
import dev.loam.serve.text.TextListener;
import dev.loam.serve.text.TextOptions;
import dev.loam.serve.text.TextRequest;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.tokenizer.chat.TemplateException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model with its tokenizer and chat template, to write texts with.
 *
 * @param loaded closed with this
 * @param generator closed with this
 */
record TextModel(LoadedModel loaded, TextGenerator generator) implements AutoCloseable {
  /**
   * Makes a generator for a model.
   *
   * @param loaded closed if this fails
   * @param maxTexts how many texts are written together
   */
  static TextModel of(
      LoadedModel loaded, Tokenizer tokenizer, Optional<ChatTemplate> template, int maxTexts) {
    try {
      return new TextModel(
          loaded, new TextGenerator(loaded.model(), tokenizer, template, maxTexts));
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** The chat template of a tokenizer's folder, if it has one. */
  static Optional<ChatTemplate> template(Path tokenizerFolder) {
    try {
      return Optional.of(ChatTemplate.load(tokenizerFolder));
    } catch (TokenizerFormatException e) {
      return Optional.empty();
    } catch (TemplateException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  Qwen3Config config() {
    return loaded.model().config();
  }

  /**
   * Encodes a prompt.
   *
   * @param place where it comes from, for the message if it is refused
   */
  TextRequest prepare(String place, Prompt prompt, TextOptions options, TextListener listener) {
    try {
      return generator.prepare(prompt, options, listener);
    } catch (ModelInputException | TemplateException e) {
      throw new UsageException(place + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    generator.close();
    loaded.close();
  }
}
