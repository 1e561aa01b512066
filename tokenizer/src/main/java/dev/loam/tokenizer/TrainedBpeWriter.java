// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a trained tokenizer in the layout of Qwen's files. */
final class TrainedBpeWriter {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private TrainedBpeWriter() {}

  static void write(TrainedBpe trained, Path folder) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve("tokenizer.json"), MAPPER.writeValueAsBytes(tokenizer(trained)));
      Files.write(
          folder.resolve("tokenizer_config.json"),
          MAPPER.writeValueAsBytes(config(trained.settings())));
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": the tokenizer cannot be written", e);
    }
  }

  private static ObjectNode tokenizer(TrainedBpe trained) {
    BpeTrainerSettings settings = trained.settings();
    ObjectNode root = JSON.objectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    List<String> special = settings.specialTokens();
    for (int id = 0; id < special.size(); id++) {
      added.add(specialToken(special.get(id)).put("id", id));
    }
    if (settings.normalization() == Normalization.NFC) {
      root.putObject("normalizer").put("type", "NFC");
    } else {
      root.putNull("normalizer");
    }
    root.set("pre_tokenizer", preTokenizer(settings.preTokenizer()));
    root.set("post_processor", byteLevel(false));
    root.set("decoder", byteLevel(false));
    root.set("model", model(trained));
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

  private static ObjectNode preTokenizer(PreTokenizer preTokenizer) {
    if (preTokenizer == PreTokenizer.GPT2) {
      return byteLevel(true);
    }
    ObjectNode split = JSON.objectNode().put("type", "Split");
    split.putObject("pattern").put("Regex", preTokenizer.regex());
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

  private static ObjectNode model(TrainedBpe trained) {
    ObjectNode model = JSON.objectNode();
    model.put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    ObjectNode vocab = model.putObject("vocab");
    for (String token : trained.vocabulary()) {
      vocab.put(token, vocab.size());
    }
    ArrayNode merges = model.putArray("merges");
    for (TrainedBpe.Merge merge : trained.merges()) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  private static ObjectNode config(BpeTrainerSettings settings) {
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
    root.put(
        "tokenizer_class",
        settings.preTokenizer() == PreTokenizer.QWEN ? "Qwen2Tokenizer" : "GPT2Tokenizer");
    root.putNull("unk_token");
    return root;
  }
}
