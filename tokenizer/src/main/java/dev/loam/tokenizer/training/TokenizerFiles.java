// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.tokenizer.PreTokenizer;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A trained tokenizer in the layout of Qwen's files. */
final class TokenizerFiles {
  private static final ObjectMapper COMPACT = new ObjectMapper();
  private static final ObjectMapper INDENTED =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final TrainedBpe trained;
  private final BpeTrainerSettings settings;

  TokenizerFiles(TrainedBpe trained) {
    this.trained = trained;
    this.settings = trained.settings();
  }

  /** Name and content of each file; the one that is read first comes last. */
  Map<String, byte[]> all() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("vocab.json", json(COMPACT, vocabulary()));
    files.put("merges.txt", merges());
    files.put("tokenizer_config.json", json(INDENTED, config()));
    files.put("tokenizer.json", json(INDENTED, tokenizer()));
    return files;
  }

  private static byte[] json(ObjectMapper mapper, ObjectNode root) {
    try {
      return mapper.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode vocabulary() {
    ObjectNode vocabulary = JSON.objectNode();
    for (String token : trained.vocabulary()) {
      vocabulary.put(token, vocabulary.size());
    }
    return vocabulary;
  }

  private byte[] merges() {
    StringBuilder text = new StringBuilder("#version: 0.2\n");
    for (TrainedBpe.Merge merge : trained.merges()) {
      text.append(merge.left()).append(' ').append(merge.right()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private ObjectNode tokenizer() {
    ObjectNode root = JSON.objectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    List<String> special = settings.specialTokens();
    for (int id = 0; id < special.size(); id++) {
      added.add(JSON.objectNode().put("id", id).setAll(specialToken(special.get(id))));
    }
    if (settings.nfc()) {
      root.putObject("normalizer").put("type", "NFC");
    } else {
      root.putNull("normalizer");
    }
    root.set("pre_tokenizer", preTokenizer());
    root.set("post_processor", byteLevel(false));
    root.set("decoder", byteLevel(false));
    root.set("model", model());
    return root;
  }

  private static ObjectNode specialToken(String content) {
    return JSON.objectNode()
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private ObjectNode preTokenizer() {
    if (settings.preTokenizer() == PreTokenizer.GPT2) {
      return byteLevel(true);
    }
    ObjectNode split = JSON.objectNode().put("type", "Split");
    split.putObject("pattern").put("Regex", settings.preTokenizer().regex());
    split.put("behavior", "Isolated").put("invert", false);
    ObjectNode sequence = JSON.objectNode().put("type", "Sequence");
    sequence.putArray("pretokenizers").add(split).add(byteLevel(false));
    return sequence;
  }

  private static ObjectNode byteLevel(boolean useRegex) {
    return JSON.objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", false)
        .put("use_regex", useRegex);
  }

  private ObjectNode model() {
    ObjectNode model = JSON.objectNode();
    model.put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    model.set("vocab", vocabulary());
    ArrayNode merges = model.putArray("merges");
    for (TrainedBpe.Merge merge : trained.merges()) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  private ObjectNode config() {
    ObjectNode root = JSON.objectNode();
    root.put("add_bos_token", false);
    root.put("add_prefix_space", false);
    ObjectNode added = root.putObject("added_tokens_decoder");
    for (String token : settings.specialTokens()) {
      added.set(String.valueOf(added.size()), specialToken(token));
    }
    root.putNull("bos_token");
    root.put("clean_up_tokenization_spaces", false);
    root.put("eos_token", settings.endOfText().orElse(null));
    root.put("errors", "replace");
    root.put("split_special_tokens", false);
    root.put("tokenizer_class", tokenizerClass());
    root.putNull("unk_token");
    return root;
  }

  /**
   * Hugging Face's class for Qwen normalizes, whatever tokenizer.json says, and adds its end of
   * text where there is none; that for GPT-2 never normalizes. Else the class that adds nothing.
   */
  private String tokenizerClass() {
    boolean isQwen = settings.preTokenizer() == PreTokenizer.QWEN;
    if (isQwen && settings.nfc() && settings.specialTokens().contains("<|endoftext|>")) {
      return "Qwen2Tokenizer";
    }
    return !isQwen && !settings.nfc() ? "GPT2Tokenizer" : "PreTrainedTokenizerFast";
  }
}
