// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A byte-level BPE tokenizer in the format of Hugging Face's library, such as those of Qwen2,
 * Qwen2.5, Qwen3 and GPT-2. Gives the ids that library gives with {@code add_special_tokens=False}.
 *
 * <p>Encoding: added tokens are taken out of the text, the rest is normalized, cut into words by a
 * {@link PreTokenizer}, and each word's UTF-8 bytes are merged. A surrogate without its partner is
 * encoded as U+FFFD.
 *
 * <p>Which characters are letters, numbers and white space follows Unicode 16, normalization
 * follows Unicode 9, as in Hugging Face's tokenizers 0.23 and whatever the running JDK knows.
 *
 * <p>Immutable but for a bounded cache of words, and safe to share among threads.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final OptionalInt endOfText;
  private final TextEncoder encoder;
  private final TokenDecoder decoder;

  private HuggingFaceTokenizer(TokenizerJson json, OptionalInt endOfText) {
    this.vocabulary = json.vocabulary();
    this.endOfText = endOfText;
    this.encoder = new TextEncoder(json);
    this.decoder = new TokenDecoder(vocabulary, json.addedTokens());
  }

  /**
   * Loads a tokenizer from a folder with {@code tokenizer.json} and, where present, {@code
   * tokenizer_config.json}, whose {@code eos_token} is the end of text; or, where there is no
   * {@code tokenizer.json}, from {@code vocab.json}, {@code merges.txt} and {@code
   * tokenizer_config.json} of a Qwen2Tokenizer or GPT2Tokenizer, with {@code added_tokens.json} and
   * {@code special_tokens_map.json} where the config does not list the added tokens.
   *
   * <p>Understood are: BPE with merges as strings or pairs and {@code ignore_merges}; the
   * normalizer NFC or none; the pre-tokenizers of {@link PreTokenizer}; the decoder ByteLevel;
   * post-processors that add nothing. Of a merge that is given twice the later one holds. {@code
   * clean_up_tokenization_spaces} has no effect, as in Hugging Face's library for BPE.
   *
   * @throws TokenizerFormatException if a file is missing or damaged, or says anything that is not
   *     understood
   */
  public static HuggingFaceTokenizer load(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new TokenizerFormatException(
          folder
              + (Files.exists(folder) ? ": not a folder" : ": no such folder")
              + "; expected a folder with tokenizer.json");
    }
    if (VocabMergesFolder.isOne(folder)) {
      VocabMergesFolder files = VocabMergesFolder.read(folder);
      return new HuggingFaceTokenizer(files.tokenizer(), files.endOfText());
    }
    Path config = folder.resolve("tokenizer_config.json");
    // In a program that has just started, reading the small file takes as long as the large one.
    try (Meanwhile<Optional<JsonValue>> root =
        new Meanwhile<>("loam-tokenizer-load", () -> readIfThere(config))) {
      TokenizerJson json = TokenizerJson.read(folder.resolve("tokenizer.json"));
      return new HuggingFaceTokenizer(
          json,
          root.get()
              .map(value -> TokenizerConfigJson.endOfText(value, json.vocabulary()))
              .orElse(OptionalInt.empty()));
    }
  }

  private static Optional<JsonValue> readIfThere(Path file) {
    return Files.exists(file) ? Optional.of(JsonValue.read(file)) : Optional.empty();
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(String text, AddedTokens addedTokens) {
    return encoder.encode(text, addedTokens);
  }

  @Override
  public int[] encode(byte[] utf8, int from, int to, AddedTokens addedTokens) {
    Objects.checkFromToIndex(from, to, utf8.length);
    return encoder.encode(utf8, from, to, addedTokens);
  }

  @Override
  public Encoding encodeWithSpans(String text, AddedTokens addedTokens) {
    return encoder.encodeWithSpans(text, addedTokens);
  }

  @Override
  public List<int[]> encodeAll(List<String> texts, AddedTokens addedTokens, int threads) {
    return encoder.encodeAll(texts, addedTokens, threads);
  }

  @Override
  public int count(String text, AddedTokens addedTokens) {
    return encoder.count(text, addedTokens);
  }

  @Override
  public StreamingDecoder streamingDecoder(boolean skipSpecial) {
    return new TokenStreamDecoder(decoder, skipSpecial);
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    return decoder.decode(ids, skipSpecial);
  }

  @Override
  public OptionalInt id(String token) {
    return vocabulary.id(token);
  }

  @Override
  public Optional<String> token(int id) {
    return vocabulary.token(id);
  }

  @Override
  public OptionalInt endOfText() {
    return endOfText;
  }
}
