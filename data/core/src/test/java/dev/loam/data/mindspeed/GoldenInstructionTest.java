// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.GoldenTensors;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.preprocess.PreprocessListener;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of MindSpeed-LLM's preprocessing, byte for byte. */
class GoldenInstructionTest {
  private static final List<String> KEYS = List.of("input_ids", "attention_mask", "labels");

  @TempDir private static Path folder;
  private static Path golden = Path.of("");
  private static JsonNode cases;
  private static GoldenTensors tensors;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    golden = TestData.shared("../golden/open-10-sft");
    cases = TestData.json(golden.resolve("meta.json")).get("info");
    tensors = new GoldenTensors(golden.resolve("golden.safetensors"));
    tokenizer = HuggingFaceTokenizer.load(TestData.shared("qwen3-tokenizer"));
  }

  private static MindSpeedOptions options(JsonNode wanted) {
    MindSpeedOptions.Builder options = MindSpeedOptions.builder().optWorkers(2);
    JsonNode thinking = wanted.get("thinking");
    options.optThinking(
        thinking.isNull()
            ? Thinking.AS_WRITTEN
            : thinking.booleanValue() ? Thinking.LEARNED : Thinking.REMOVED);
    if (wanted.has("seq_length")) {
      options.optSequenceLength(wanted.get("seq_length").intValue());
    }
    if (wanted.has("append_eod")) {
      options.optAppended(tokenizer.endOfText().orElseThrow());
    }
    if (wanted.has("pack")) {
      options.optPacking(
          wanted.has("neat") ? Packing.NEAT : Packing.PLAIN,
          tokenizer.id("<|endoftext|>").orElseThrow());
    }
    return options.build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ms_think_true",
        "ms_think_false",
        "ms_think_none",
        "ms_seq",
        "ms_append_eod",
        "ms_pack",
        "ms_neat_pack"
      })
  void theSameFiles(String name) throws IOException {
    JsonNode expected = cases.get(name);
    Path prefix = folder.resolve(name);
    var result =
        new MindSpeedPreprocessor(
                tokenizer, options(expected.get("options")), new PreprocessListener() {})
            .run(List.of(golden.resolve("rows.json")), prefix);
    assertThat(result.documents()).isEqualTo(expected.get("documents").intValue());
    for (String key : KEYS) {
      checkRows(prefix, name, key);
      String dataset = prefix + "_packed_" + key + "_document";
      assertThat(sha256(Path.of(dataset + ".bin")))
          .isEqualTo(expected.get(key + "_bin_sha256").textValue());
      assertThat(sha256(Path.of(dataset + ".idx")))
          .isEqualTo(expected.get(key + "_idx_sha256").textValue());
    }
  }

  /** Where the case lists them: says more than a digest about what is wrong. */
  private static void checkRows(Path prefix, String name, String key) throws IOException {
    String tensor = name + "." + key;
    if (!tensors.has(tensor)) {
      return;
    }
    int[] all = tensors.ints(tensor);
    int[] starts = tensors.ints(tensor + ".offsets");
    try (IndexedDataset data =
        IndexedDataset.open(Path.of(prefix + "_packed_" + key + "_document"))) {
      assertThat(data.sequences()).isEqualTo(starts.length - 1);
      for (int i = 0; i < data.sequences(); i++) {
        assertThat(data.sequence(i))
            .as("row %d of %s", i, tensor)
            .containsExactly(Arrays.copyOfRange(all, starts[i], starts[i + 1]));
      }
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
