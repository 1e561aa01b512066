// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and unsupported files. Every complaint names the file and the place in it. */
class TokenizerFormatTest {
  @TempDir Path folder = Path.of("");

  /** A change to a good file and what is said about it. */
  record Damage(String complaint, Consumer<ObjectNode> change) {
    @Override
    public String toString() {
      return complaint;
    }
  }

  private static Damage damage(String complaint, Consumer<ObjectNode> change) {
    return new Damage(complaint, change);
  }

  private static Damage inModel(String complaint, Consumer<ObjectNode> change) {
    return damage(complaint, json -> change.accept(Tiny.model(json)));
  }

  private static Damage inVocab(String complaint, Consumer<ObjectNode> change) {
    return inModel(complaint, model -> change.accept((ObjectNode) model.get("vocab")));
  }

  private static Damage inMerges(String complaint, Consumer<ArrayNode> change) {
    return inModel(complaint, model -> change.accept((ArrayNode) model.get("merges")));
  }

  private static Damage inFirstAdded(String complaint, Consumer<ObjectNode> change) {
    return damage(complaint, json -> change.accept((ObjectNode) json.get("added_tokens").get(0)));
  }

  private static Damage inSplit(String complaint, Consumer<ObjectNode> change) {
    return damage(
        complaint, json -> change.accept((ObjectNode) json.at("/pre_tokenizer/pretokenizers/0")));
  }

  static List<Damage> damages() {
    return List.of(
        damage("$: the key \"version\" is missing", json -> json.remove("version")),
        damage("$.version: expected \"1.0\", found \"2.0\"", json -> json.put("version", "2.0")),
        damage("$: the key \"model\" is missing", json -> json.remove("model")),
        damage("$: the key \"pre_tokenizer\" is missing", json -> json.remove("pre_tokenizer")),
        damage("$: the key \"decoder\" is missing", json -> json.putNull("decoder")),
        damage("$.novelty: is not supported", json -> json.put("novelty", 1)),
        damage("$[\"a b\"]: is not supported", json -> json.put("a b", 1)),
        damage("$.truncation: is not supported", json -> json.putObject("truncation")),
        damage("$.padding: is not supported", json -> json.putObject("padding")),
        damage(
            "$.normalizer.type: expected \"NFC\", found \"NFKC\"",
            json -> json.putObject("normalizer").put("type", "NFKC")),
        damage(
            "$.pre_tokenizer.type: expected \"ByteLevel\" or \"Sequence\", found \"Metaspace\"",
            json -> json.putObject("pre_tokenizer").put("type", "Metaspace")),
        damage(
            "$.pre_tokenizer.pretokenizers[1]: \"use_regex\" must be false",
            json -> ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/1")).remove("use_regex")),
        damage(
            "$.pre_tokenizer.pretokenizers: expected a Split and a ByteLevel",
            json -> ((ArrayNode) json.at("/pre_tokenizer/pretokenizers")).remove(1)),
        damage(
            "$.pre_tokenizer.pretokenizers[1]: \"add_prefix_space\" must be false",
            json ->
                ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/1"))
                    .put("add_prefix_space", true)),
        inSplit(
            "$.pre_tokenizer.pretokenizers[0].pattern.Regex: an unknown expression",
            split -> split.putObject("pattern").put("Regex", "\\w+")),
        inSplit(
            "$.pre_tokenizer.pretokenizers[0].pattern.String: is not supported",
            split -> split.putObject("pattern").put("String", " ")),
        inSplit(
            "$.pre_tokenizer.pretokenizers[0].behavior: expected \"Isolated\"",
            split -> split.put("behavior", "Removed")),
        inSplit(
            "$.pre_tokenizer.pretokenizers[0].invert: expected false",
            split -> split.put("invert", true)),
        damage(
            "$.post_processor.single[0]: a template that adds tokens is not supported",
            json ->
                ((ObjectNode) json.get("post_processor"))
                    .putArray("single")
                    .addObject()
                    .putObject("SpecialToken")
                    .put("id", "<s>")),
        damage(
            "$.post_processor.type: expected",
            json -> json.putObject("post_processor").put("type", "BertProcessing")),
        damage(
            "$.decoder.type: expected \"ByteLevel\"",
            json -> json.putObject("decoder").put("type", "Fuse")),
        damage("$.model: expected an object, found []", json -> json.putArray("model")),
        inModel(
            "$.model.type: expected \"BPE\", found \"WordPiece\"",
            model -> model.put("type", "WordPiece")),
        inModel("$.model.dropout: is not supported", model -> model.put("dropout", 0.1)),
        inModel("$.model.unk_token: is not supported", model -> model.put("unk_token", "<unk>")),
        inModel("$.model.byte_fallback: is not supp", model -> model.put("byte_fallback", true)),
        inModel("$.model.fuse_unk: is not supported", model -> model.put("fuse_unk", true)),
        inModel(
            "$.model.end_of_word_suffix: is not supported",
            model -> model.put("end_of_word_suffix", "</w>")),
        inModel("$.model.extra: is not supported", model -> model.put("extra", 1)),
        inModel(
            "$.model.ignore_merges: expected true or false, found 1",
            model -> model.put("ignore_merges", 1)),
        inModel("$.model: the key \"vocab\" is missing", model -> model.remove("vocab")),
        inModel("$.model: the key \"merges\" is missing", model -> model.remove("merges")),
        inModel("$.model.merges: expected an array, found {}", model -> model.putObject("merges")),
        inVocab("$.model.vocab.a: the id -1 is not among 0 to", vocab -> vocab.put("a", -1)),
        inVocab(
            "$.model.vocab.a: the id 2147483647 is not among", vocab -> vocab.put("a", 2147483647)),
        inVocab(
            "$.model.vocab.a: expected an integer, found 1000000000000",
            vocab -> vocab.put("a", 1_000_000_000_000L)),
        inVocab("$.model.vocab.a: expected an integer, found 1.5", vocab -> vocab.put("a", 1.5)),
        inVocab("$.model.vocab.a: expected an integer", vocab -> vocab.put("a", "97")),
        inVocab(
            "$.model.vocab.b: the id 98 belongs to \"a\" and also to \"b\"",
            vocab -> vocab.put("a", 98)),
        inVocab("$.model.vocab[\"\"]: a token must not be empty", vocab -> vocab.put("", 900)),
        inVocab("surrogate pair", vocab -> vocab.put("\ud800", 900)),
        inVocab("$.model.vocab: no token \"a\" for the byte 0x61", vocab -> vocab.remove("a")),
        inMerges(
            "$.model.merges[17]: the token \"zz\" is not in the vocabulary",
            merges -> merges.addArray().add("zz").add("a")),
        inMerges(
            "$.model.merges[17]: the token \"xy\" is not in the vocabulary",
            merges -> merges.add("x y")),
        inMerges("$.model.merges[17]: expected a merge of two", merges -> merges.add("a b c")),
        inMerges("$.model.merges[17]: expected a merge of two", merges -> merges.add(7)),
        inMerges(
            "$.model.merges[17][1]: expected a string, found 1",
            merges -> merges.addArray().add("a").add(1)),
        damage("$.added_tokens: expected an array", json -> json.putObject("added_tokens")),
        inFirstAdded(
            "$.added_tokens[0].id: the id 97 belongs to \"a\" and also to \"<|end|>\"",
            token -> token.put("id", 97)),
        inFirstAdded(
            "$.added_tokens[0].id: the token \"a\" has the id 273 and also 97",
            token -> token.put("content", "a")),
        inFirstAdded("$.added_tokens[0].id: the id -5 is not", token -> token.put("id", -5)),
        inFirstAdded(
            "$.added_tokens[0]: the key \"content\" is missing", token -> token.remove("content")),
        inFirstAdded(
            "$.added_tokens[0].id: a token must not be empty", token -> token.put("content", "")),
        inFirstAdded(
            "$.added_tokens[0].special: expected true or false", token -> token.put("special", 1)),
        inFirstAdded("$.added_tokens[0].color: is not supp", token -> token.put("color", "red")),
        inFirstAdded(
            "$.added_tokens[0].content: a token with normalized=true must be in normalization",
            token -> token.put("content", "e\u0301").put("normalized", true)),
        damage(
            "$.added_tokens[1].content: the added token \"<|end|>\" is given twice",
            json ->
                ((ObjectNode) json.get("added_tokens").get(1))
                    .put("content", "<|end|>")
                    .put("id", 273)));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void aDamagedFileIsRefused(Damage damage) {
    ObjectNode json = Tiny.json();
    damage.change().accept(json);
    Path file = folder.resolve("tokenizer.json");
    Tiny.save(json, file);
    assertRefused(file + ": ", damage.complaint());
  }

  @Test
  void aTruncatedFileIsRefusedWhereverItEnds() throws IOException {
    String good = Files.readString(Tiny.folder().resolve("tokenizer.json")).strip();
    Path file = folder.resolve("tokenizer.json");
    for (int length = 0; length < good.length(); length += 97) {
      Tiny.save(good.substring(0, length), file);
      assertRefused(file + ": ", length == 0 ? "$: expected an object" : "not valid JSON at line ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "7",
        "null",
        "{} {}",
        "{\"a\": 1, \"a\": 2}",
        "{\"model\": {\"vocab\": {\"a\": 0, \"\\u0061\": 1}}}",
        "{\"a\": NaN}",
        "\u0000",
      })
  void whatIsNotOneObjectWithoutDuplicatesIsRefused(String json) {
    Path file = folder.resolve("tokenizer.json");
    Tiny.save(json, file);
    assertRefused(
        file + ": ", json.startsWith("{") || json.equals("\u0000") ? "not valid JSON" : "$: exp");
  }

  @Test
  void deepNestingAndBadUtf8AreRefused() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Tiny.save("{\"a\":" + "[".repeat(100_000), file);
    assertRefused(file + ": ", "not valid JSON");
    Files.write(file, new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
    assertRefused(file + ": not UTF-8");
  }

  @Test
  void aMissingFileOrFolderIsNamed() throws IOException {
    assertRefused(folder.resolve("tokenizer.json") + ": no such file; expected a tokenizer");
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> HuggingFaceTokenizer.load(absent))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessage(absent + ": no such folder; expected a folder with tokenizer.json");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> HuggingFaceTokenizer.load(file))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContaining("file: not a folder");
    Files.createDirectory(folder.resolve("tokenizer.json"));
    assertRefused(folder.resolve("tokenizer.json") + ": not a file");
  }

  static List<Damage> configDamages() {
    return List.of(
        damage(
            "$.eos_token: the token \"</s>\" is not in tokenizer.json",
            json -> json.put("eos_token", "</s>")),
        damage("$.eos_token: expected a string, found 3", json -> json.put("eos_token", 3)),
        damage("$.eos_token: the key \"content\" is missing", json -> json.putObject("eos_token")),
        damage(
            "$.clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output: is not",
            json ->
                json.put("clean_up_tokenization_spaces", true)
                    .put(
                        "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output",
                        true)),
        damage(
            "$.added_tokens_decoder.5.content: the token \"<|end|>\" has the id 273 in",
            json ->
                json.putObject("added_tokens_decoder").putObject("5").put("content", "<|end|>")),
        damage(
            "$.added_tokens_decoder.300.content: the token \"<x>\" is not in tokenizer.json",
            json -> json.putObject("added_tokens_decoder").putObject("300").put("content", "<x>")));
  }

  @ParameterizedTest
  @MethodSource("configDamages")
  void aConfigThatContradictsTheTokenizerIsRefused(Damage damage) {
    Tiny.save(Tiny.json(), folder.resolve("tokenizer.json"));
    Path file = folder.resolve("tokenizer_config.json");
    ObjectNode config = Tiny.config();
    damage.change().accept(config);
    Tiny.save(config, file);
    assertRefused(file + ": ", damage.complaint());
    Tiny.save("{", file);
    assertRefused(file + ": ", "not valid JSON");
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(() -> HuggingFaceTokenizer.load(folder))
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageContainingAll(parts);
  }
}
