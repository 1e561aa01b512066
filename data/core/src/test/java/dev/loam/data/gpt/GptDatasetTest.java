// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.GoldenTensors;
import dev.loam.data.Sample;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GptDatasetTest {
  private static final Path GOLDEN = TestData.golden("06-megatron");
  private static final JsonNode META = TestData.json(GOLDEN.resolve("meta.json"));
  private static final GoldenTensors TENSORS =
      new GoldenTensors(GOLDEN.resolve("golden.safetensors"));

  @TempDir private Path folder;

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(META.get("gpt").spliterator(), false);
  }

  private static GptDataset open(JsonNode c, GptOptions options) throws IOException {
    Split split = Split.valueOf(c.path("which_split").asText("train").toUpperCase(Locale.ROOT));
    JsonNode requested = c.get("requested_samples");
    return new GptDataset(
        IndexedDataset.open(GOLDEN.resolve("corpus_" + c.get("dataset").textValue())),
        split,
        split.of(c.path("split").asText("1,0,0")).orElseThrow(),
        requested.isNull() ? OptionalLong.empty() : OptionalLong.of(requested.longValue()),
        options);
  }

  private static GptOptions.Builder options(JsonNode c) {
    return GptOptions.builder(c.get("sequence_length").intValue())
        .randomSeed(c.get("random_seed").longValue())
        .eod(META.get("eod").intValue());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ordersAndSamplesAreThoseOfMegatron(JsonNode c) throws IOException {
    String key = c.get("key").textValue();
    JsonNode set = c.get("options");
    GptOptions options =
        options(c)
            .pad(c.get("pad").isNull() ? -1 : c.get("pad").intValue())
            .addExtraTokenToSequence(set.path("add_extra_token_to_sequence").asBoolean(true))
            .dropLastPartialValidationSequence(
                set.path("drop_last_partial_validation_sequence").asBoolean(true))
            .eodMaskLoss(set.path("eod_mask_loss").asBoolean(false))
            .resetPositionIds(set.path("reset_position_ids").asBoolean(false))
            .resetAttentionMask(set.path("reset_attention_mask").asBoolean(false))
            .build();
    try (GptDataset data = open(c, options)) {
      assertThat(data.epochs()).isEqualTo(c.get("epochs").longValue());
      assertThat(data.size()).isEqualTo(c.get("samples_available").longValue());
      assertThat(data.documentIndex()).isEqualTo(TENSORS.ints(key + ".document_index"));
      assertThat(data.sampleIndex()).isEqualTo(TENSORS.ints(key + ".sample_index"));
      assertThat(data.shuffleIndex()).isEqualTo(TENSORS.ints(key + ".shuffle_index"));
      int samples = c.get("dumped_samples").intValue();
      assertThat(samples).isPositive();
      for (int i = 0; i < samples; i++) {
        Sample sample = data.get(i);
        assertThat(sample.inputIds()).isEqualTo(TENSORS.row(key + ".tokens", i));
        assertThat(sample.labels()).isEqualTo(TENSORS.row(key + ".labels", i));
        assertThat(sample.positionIds()).isEqualTo(TENSORS.row(key + ".position_ids", i));
        assertThat(zerosAndOnes(sample.lossMask())).isEqualTo(TENSORS.row(key + ".loss_mask", i));
        if (TENSORS.has(key + ".attn_row_start")) {
          assertThat(segmentStarts(sample)).isEqualTo(TENSORS.row(key + ".attn_row_start", i));
        } else {
          assertThat(sample.cuSeqlens()).containsExactly(0, sample.length());
        }
      }
    }
  }

  @Test
  void documentsAreMaskedFromEachOtherAsInMegatron() throws IOException {
    JsonNode c = META.get("interdoc");
    try (GptDataset data = open(c, options(c).interDocumentMasking(true).build())) {
      for (int i = 0; i < 20; i++) {
        Sample sample = data.get(i);
        assertThat(sample.inputIds()).isEqualTo(TENSORS.row("interdoc.tokens", i));
        assertThat(sample.positionIds()).isEqualTo(TENSORS.row("interdoc.position_ids", i));
        assertThat(sample.cuSeqlens())
            .isEqualTo(Arrays.stream(TENSORS.row("interdoc.cu_seqlens", i)).distinct().toArray());
      }
    }
  }

  private static int[] zerosAndOnes(boolean[] values) {
    return IntStream.range(0, values.length).map(i -> values[i] ? 1 : 0).toArray();
  }

  /** For each position the first one of its segment. */
  private static int[] segmentStarts(Sample sample) {
    int[] starts = new int[sample.length()];
    for (int s = 1; s < sample.cuSeqlens().length; s++) {
      int from = sample.cuSeqlens()[s - 1];
      Arrays.fill(starts, from, sample.cuSeqlens()[s], from);
    }
    return starts;
  }

  private IndexedDataset corpus(int[]... documents) throws IOException {
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.INT32)) {
      for (int[] document : documents) {
        writer.addDocument(document);
      }
      writer.finish();
    }
    return IndexedDataset.open(folder.resolve("c"));
  }

  @Test
  void aPaddedSampleDoesNotSpoilOthers() throws IOException {
    IndexedDataset corpus = corpus(new int[] {1, 2, 3, 4, 5, 6, 7});
    GptOptions options =
        GptOptions.builder(4).pad(9).dropLastPartialValidationSequence(false).build();
    try (GptDataset data =
        new GptDataset(corpus, Split.VALID, Split.Part.ALL, OptionalLong.empty(), options)) {
      assertThat(data.size()).isEqualTo(2);
      for (int i : new int[] {0, 1, 0, 1}) {
        Sample sample = data.get(i);
        boolean partial = sample.inputIds()[0] == 5;
        assertThat(sample.inputIds())
            .containsExactly(partial ? new int[] {5, 6, 7, 0} : new int[] {1, 2, 3, 4});
        assertThat(sample.labels())
            .containsExactly(partial ? new int[] {6, 7, 0, 0} : new int[] {2, 3, 4, 5});
        assertThat(sample.trainedTokens()).isEqualTo(partial ? 2 : 4);
      }
    }
  }

  @Test
  void anEmptySequenceAtTheVeryEndIsHarmless() throws IOException {
    IndexedDataset corpus = corpus(new int[] {1, 2, 3, 4, 5, 6, 7}, new int[0]);
    for (long seed = 0; seed < 4; seed++) {
      GptOptions options =
          GptOptions.builder(4).randomSeed(seed).dropLastPartialValidationSequence(false).build();
      GptDataset data =
          new GptDataset(corpus, Split.VALID, Split.Part.ALL, OptionalLong.empty(), options);
      assertThat(data.get(0).trainedTokens() + data.get(1).trainedTokens()).isEqualTo(6);
    }
    corpus.close();
  }

  @Test
  void refusesDataTooShortForASample() throws IOException {
    IndexedDataset corpus = corpus(new int[] {1, 2, 3, 4});
    assertThatThrownBy(
            () ->
                new GptDataset(
                    corpus,
                    Split.TRAIN,
                    Split.Part.ALL,
                    OptionalLong.of(10),
                    GptOptions.builder(4).build()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("c: sequences 0 to 1 have 4 tokens, fewer than one sample of 5");
    corpus.close();
  }

  @Test
  void refusesMoreEpochsThanCanBeIndexed() throws IOException {
    IndexedDataset corpus = corpus(new int[] {1, 2, 3, 4, 5}, new int[0], new int[0]);
    assertThatThrownBy(
            () ->
                new GptDataset(
                    corpus,
                    Split.TRAIN,
                    Split.Part.ALL,
                    OptionalLong.of(2_000_000_000),
                    GptOptions.builder(4).build()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("request fewer samples");
    corpus.close();
  }

  @Test
  void refusesIndicesOutsideTheDataset() throws IOException {
    IndexedDataset corpus = corpus(new int[] {1, 2, 3, 4, 5});
    try (GptDataset data =
        new GptDataset(
            corpus,
            Split.TRAIN,
            Split.Part.ALL,
            OptionalLong.empty(),
            GptOptions.builder(4).build())) {
      assertThatThrownBy(() -> data.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> data.get(1L << 32)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
