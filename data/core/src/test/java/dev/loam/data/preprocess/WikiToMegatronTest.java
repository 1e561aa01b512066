// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.data.blend.BlendedDataset;
import dev.loam.data.blend.DataPaths;
import dev.loam.data.blend.GptBlend;
import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import dev.loam.data.wikitext.WikitextCleaner;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From raw text to samples: cleaned, tokenized and cut as Python and Megatron-LM do it. */
class WikiToMegatronTest {
  private static final long SAMPLES = 200;

  @TempDir private static Path folder;
  private static Path clean = Path.of("");
  private static Tokenizer tokenizer;
  private static JsonNode golden;

  @BeforeAll
  static void cleanText() throws IOException {
    golden = TestData.json(TestData.shared("../golden/open-06-wiki-to-megatron/meta.json"));
    clean = folder.resolve("clean.jsonl");
    tokenizer = HuggingFaceTokenizer.load(TestData.shared("qwen3-tokenizer"));
    WikitextCleaner.clean(TestData.shared("wikitext-2/wiki.test.tokens"), clean);
  }

  private static void check(String name, PreprocessOptions options) throws IOException {
    JsonNode expected = golden.get("results").get(name);
    Preprocessor.Result result =
        new Preprocessor(tokenizer, options.withWorkers(2)).run(clean, folder.resolve(name));
    assertThat(result.documents()).isEqualTo(expected.get("documents").longValue());
    assertThat(result.tokens()).containsExactly(expected.get("tokens").longValue());
    Path prefix = result.prefixes().get(0);
    assertThat(sha256(Files.readAllBytes(Path.of(prefix + ".bin"))))
        .isEqualTo(expected.get("bin_sha256").textValue());
    assertThat(sha256(Files.readAllBytes(Path.of(prefix + ".idx"))))
        .isEqualTo(expected.get("idx_sha256").textValue());
    checkSamples(prefix, expected.get("gpt"));
  }

  private static void checkSamples(Path prefix, JsonNode expected) throws IOException {
    GptOptions options =
        GptOptions.builder(golden.get("sequence_length").intValue())
            .randomSeed(golden.get("random_seed").longValue())
            .build();
    GptBlend blend = new GptBlend(Split.TRAIN, Split.Part.ALL, options, SurplusRule.MEGATRON);
    DataPaths paths = DataPaths.parse(List.of("1.0", prefix.toString()));
    try (SampleSource source = blend.open(paths, OptionalLong.of(SAMPLES))) {
      assertThat(source.size()).isEqualTo(expected.get("length").longValue());
      GptDataset data = (GptDataset) ((BlendedDataset) source).sources().get(0);
      assertThat(data.size()).isEqualTo(expected.get("mid_level_length").longValue());
      assertThat(data.epochs()).isEqualTo(expected.get("epochs").longValue());
      assertThat(sha256(data.documentIndex()))
          .isEqualTo(expected.get("document_index_sha256_i32").textValue());
      assertThat(sha256(data.shuffleIndex()))
          .isEqualTo(expected.get("shuffle_index_sha256_u32").textValue());
      assertThat(sha256Long(data.sampleIndex()))
          .isEqualTo(expected.get("sample_index_sha256_i64").textValue());
      for (int i = 0; i < expected.get("sample_tokens_sha256_i32").size(); i++) {
        Sample sample = source.get(i);
        assertThat(sha256(sample.inputIds()))
            .isEqualTo(expected.get("sample_tokens_sha256_i32").get(i).textValue());
        assertThat(sha256(sample.labels()))
            .isEqualTo(expected.get("sample_labels_sha256_i32").get(i).textValue());
      }
    }
  }

  @Test
  void withoutAnEndToken() throws IOException {
    check("no_eod", PreprocessOptions.defaults());
  }

  @Test
  void withEitherEndToken() throws IOException {
    check("eod_151645", PreprocessOptions.defaults().withEndOfDocument(151_645));
    check("eod_151643", PreprocessOptions.defaults().withEndOfDocument(151_643));
  }

  private static String sha256(int[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return sha256(bytes.array());
  }

  private static String sha256Long(int[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putLong(value);
    }
    return sha256(bytes.array());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
