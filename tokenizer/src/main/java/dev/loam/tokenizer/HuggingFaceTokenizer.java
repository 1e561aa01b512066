// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * <p>Which characters are letters, numbers and combining follows the Unicode version of the running
 * JDK: 13 in Java 17, 16 in Java 25. Hugging Face's library cuts words after Unicode 16 and
 * normalizes after Unicode 9, so ids can differ where a text holds characters that are newer than
 * the JDK's Unicode, or combining characters that are newer than Unicode 9.
 *
 * <p>Immutable but for a bounded cache of words, and safe to share among threads.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final OptionalInt endOfText;
  private final Normalization normalization;
  private final AddedTokenSplitter rawSplitter;
  private final AddedTokenSplitter normalizedSplitter;
  private final BytePairEncoder encoder;
  private final TokenDecoder decoder;

  private HuggingFaceTokenizer(TokenizerJson json, OptionalInt endOfText) {
    List<AddedToken> added = json.addedTokens();
    this.vocabulary = json.vocabulary();
    this.endOfText = endOfText;
    this.normalization = json.normalization();
    this.rawSplitter = new AddedTokenSplitter(added.stream().filter(t -> !t.normalized()).toList());
    this.normalizedSplitter =
        new AddedTokenSplitter(added.stream().filter(AddedToken::normalized).toList());
    this.encoder = new BytePairEncoder(json.model(), json.preTokenizer());
    this.decoder = new TokenDecoder(vocabulary, added);
  }

  /**
   * Loads a tokenizer from a folder with {@code tokenizer.json} and, where present, {@code
   * tokenizer_config.json}, whose {@code eos_token} is the end of text.
   *
   * <p>Understood are: BPE with merges as strings or pairs and {@code ignore_merges}; the
   * normalizer NFC or none; the pre-tokenizers of {@link PreTokenizer}; the decoder ByteLevel;
   * post-processors that add nothing. Of a merge that is given twice the later one holds.
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
    TokenizerJson json = TokenizerJson.read(folder.resolve("tokenizer.json"));
    Path config = folder.resolve("tokenizer_config.json");
    return new HuggingFaceTokenizer(
        json,
        Files.exists(config)
            ? TokenizerConfigJson.endOfText(config, json.vocabulary())
            : OptionalInt.empty());
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(String text, AddedTokens addedTokens) {
    IntBuilder ids = new IntBuilder();
    WordMerger merger = encoder.newMerger();
    for (var piece : rawSplitter.split(Utf16.replaceLoneSurrogates(text), addedTokens)) {
      if (piece.token().isPresent()) {
        ids.add(piece.token().get().id());
      } else {
        encodePlain(normalization.apply(piece.text()), addedTokens, merger, ids);
      }
    }
    return ids.toArray();
  }

  private void encodePlain(
      String normalized, AddedTokens addedTokens, WordMerger merger, IntBuilder ids) {
    for (var piece : normalizedSplitter.split(normalized, addedTokens)) {
      if (piece.token().isPresent()) {
        ids.add(piece.token().get().id());
      } else {
        encoder.encode(piece.text(), merger, ids);
      }
    }
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
