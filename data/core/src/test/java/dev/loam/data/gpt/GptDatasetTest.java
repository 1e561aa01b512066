// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.GoldenTensors;
import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GptDatasetTest {
  private static final List<Split> SPLITS = List.of(Split.TRAIN, Split.VALID, Split.TEST);
  private static final Path GOLDEN = TestData.golden("06-megatron");
  private static final JsonNode META = TestData.json(GOLDEN.resolve("meta.json"));
  private static final GoldenTensors TENSORS =
      new GoldenTensors(GOLDEN.resolve("golden.safetensors"));

  private static final List<String> ARRAYS =
      List.of(
          "document_index",
          "sample_index",
          "shuffle_index",
          "tokens",
          "labels",
          "loss_mask",
          "position_ids");

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
      SampleBuffer buffer = new SampleBuffer();
      for (int i = 0; i < samples; i++) {
        Sample sample = data.get(i);
        data.read(i, buffer);
        assertThat(buffer.toSample()).usingRecursiveComparison().isEqualTo(sample);
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

  @ParameterizedTest
  @MethodSource("cases")
  void partsAreThoseOfMegatron(JsonNode c) {
    Split split = Split.valueOf(c.get("which_split").textValue().toUpperCase(Locale.ROOT));
    JsonNode bounds = c.get("split_matrix").get(SPLITS.indexOf(split));
    Split.Part part = split.of(c.get("split").textValue()).orElseThrow();
    assertThat(part.from()).isEqualTo(bounds.get(0).doubleValue());
    assertThat(part.to()).isEqualTo(bounds.get(1).doubleValue());
    JsonNode corpus = META.get("datasets").get(c.get("dataset").textValue());
    int sequences = corpus.get("sequences").intValue();
    assertThat(part.firstOf(sequences)).isEqualTo(c.get("sequence_range").get(0).intValue());
    assertThat(part.endOf(sequences)).isEqualTo(c.get("sequence_range").get(1).intValue());
    long tokens = 0;
    for (int i = part.firstOf(sequences); i < part.endOf(sequences); i++) {
      tokens += corpus.get("sequence_lengths").get(i).intValue();
    }
    assertThat(tokens).isEqualTo(c.get("tokens_per_epoch").longValue());
    for (Split other : SPLITS) {
      assertThat(other.of(c.get("split").textValue()).isEmpty())
          .isEqualTo(c.get("split_matrix").get(SPLITS.indexOf(other)).isNull());
    }
  }

  /** Nothing in the golden file is left unread. */
  @Test
  void everyGoldenTensorBelongsToATest() {
    Set<String> expected = new TreeSet<>();
    for (JsonNode c : META.get("gpt")) {
      String key = c.get("key").textValue();
      for (String name : ARRAYS) {
        expected.add(key + "." + name);
      }
      if (c.get("options").path("reset_attention_mask").asBoolean(false)) {
        expected.add(key + ".attn_row_start");
      }
    }
    for (JsonNode c : META.get("blended")) {
      String key = c.get("key").textValue();
      for (String name :
          List.of(
              "tokens",
              "labels",
              "loss_mask",
              "position_ids",
              "dataset_index",
              "dataset_sample_index")) {
        expected.add(key + "." + name);
      }
      for (int d = 0; d < c.get("datasets").size(); d++) {
        for (String name : ARRAYS.subList(0, 3)) {
          expected.add(key + ".d" + d + "." + name);
        }
      }
    }
    for (JsonNode c : META.get("helpers")) {
      expected.add(c.get("key").textValue() + ".dataset_index");
      expected.add(c.get("key").textValue() + ".dataset_sample_index");
    }
    for (String name : List.of("tokens", "position_ids", "cu_seqlens", "max_seqlen")) {
      expected.add("interdoc." + name);
    }
    Set<String> present = new TreeSet<>(TENSORS.names());
    present.removeIf(name -> name.endsWith(".attn_row_start"));
    expected.removeIf(name -> name.endsWith(".attn_row_start"));
    assertThat(present).isEqualTo(expected);
    Set<String> known =
        Set.of(
            "case",
            "seed",
            "vocab",
            "eod",
            "megatron_commit",
            "versions",
            "datasets",
            "gpt",
            "blended",
            "helpers",
            "merged_AC",
            "interdoc",
            "numpy_shuffle",
            "mt19937_first_u32",
            "notes");
    META.fieldNames().forEachRemaining(name -> assertThat(known).contains(name));
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
        int longest = 0;
        for (int s = 1; s < sample.cuSeqlens().length; s++) {
          longest = Math.max(longest, sample.cuSeqlens()[s] - sample.cuSeqlens()[s - 1]);
        }
        assertThat(longest).isEqualTo(TENSORS.ints("interdoc.max_seqlen")[i]);
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

  private static GptDataset train(IndexedDataset corpus, GptOptions options) {
    return new GptDataset(corpus, Split.TRAIN, Split.Part.ALL, OptionalLong.empty(), options);
  }

  @Test
  void attentionIsCutAfterEodAsMindFormersCompressesIt() throws IOException {
    IndexedDataset corpus = corpus(new int[] {9, 1, 9, 9, 2, 3, 4, 9, 5, 6, 7, 8, 1, 2, 3, 9, 4});
    GptOptions.Builder options = GptOptions.builder(8).eod(9).createCompressedEodMask(true);
    try (GptDataset data = train(corpus, options.eodPadLength(3).build())) {
      for (int i = 0; i < 2; i++) {
        Sample sample = data.get(i);
        // An eod at the very end cuts nothing, and positions go on.
        assertThat(sample.cuSeqlens())
            .containsExactly(
                sample.inputIds()[0] == 9 ? new int[] {0, 1, 3, 4, 8} : new int[] {0, 8});
        assertThat(sample.positionIds()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(sample.trainedTokens()).isEqualTo(8);
      }
    }
    GptOptions tooFew = options.eodPadLength(2).build();
    GptDataset data = train(IndexedDataset.open(folder.resolve("c")), tooFew);
    int bad = data.shuffleIndex()[0] == 0 ? 0 : 1;
    assertThat(data.get(1 - bad).length()).isEqualTo(8);
    assertThatThrownBy(() -> data.get(bad))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("sample " + bad + " has 3 tokens eod 9 within it")
        .hasMessageContaining("eod_pad_length 2; raise it");
    data.close();
  }

  @Test
  void emptySequencesAreSkipped() throws IOException {
    IndexedDataset corpus =
        corpus(new int[0], new int[] {1, 2, 3}, new int[0], new int[0], new int[] {4, 5, 6, 7});
    try (GptDataset data = train(corpus, GptOptions.builder(2).build())) {
      assertThat(data.size()).isEqualTo(3);
      for (int i = 0; i < 3; i++) {
        Sample sample = data.get(i);
        assertThat(sample.labels()[0]).isEqualTo(sample.inputIds()[1]);
      }
    }
  }

  @Test
  void sequencesMayBeLongerThanSamplesOrShorter() throws IOException {
    IndexedDataset corpus = corpus(IntStream.range(0, 1000).toArray());
    try (GptDataset data = train(corpus, GptOptions.builder(10).build())) {
      assertThat(data.size()).isEqualTo(99);
      for (int i = 0; i < 99; i++) {
        int first = 10 * data.shuffleIndex()[i];
        assertThat(data.get(i).inputIds())
            .containsExactly(IntStream.range(first, first + 10).toArray());
      }
    }
    int[][] single = new int[50][1];
    for (int i = 0; i < 50; i++) {
      single[i][0] = i;
    }
    try (GptDataset data = train(corpus(single), GptOptions.builder(7).build())) {
      assertThat(data.size()).isEqualTo(7);
      int[] order = data.documentIndex();
      for (int i = 0; i < 7; i++) {
        int first = 7 * data.shuffleIndex()[i];
        assertThat(data.get(i).inputIds())
            .containsExactly(Arrays.copyOfRange(order, first, first + 7));
      }
    }
  }

  @Test
  void refusesEmptyAndOneTokenCorpora() throws IOException {
    for (int[][] documents : new int[][][] {{}, {{}}, {{}, {}}, {{5}}}) {
      for (Split split : Split.values()) {
        for (boolean drop : new boolean[] {true, false}) {
          IndexedDataset corpus = corpus(documents);
          GptOptions options =
              GptOptions.builder(1).dropLastPartialValidationSequence(drop).build();
          assertThatThrownBy(
                  () -> new GptDataset(corpus, split, Split.Part.ALL, OptionalLong.of(3), options))
              .isInstanceOf(DataFormatException.class)
              .hasMessageContaining("fewer than one sample of 2");
          corpus.close();
        }
      }
    }
    IndexedDataset few = corpus(new int[] {1, 2, 3, 4}, new int[] {5, 6});
    assertThatThrownBy(
            () ->
                new GptDataset(
                    few,
                    Split.VALID,
                    Split.VALID.of("99,1,0").orElseThrow(),
                    OptionalLong.of(3),
                    GptOptions.builder(1).build()))
        .hasMessageContaining("sequences 2 to 2 have 0 tokens");
    few.close();
  }

  @Test
  void readsWithoutMakingGarbage() throws IOException {
    for (TokenType type : new TokenType[] {TokenType.INT32, TokenType.UINT16}) {
      try (IndexedDatasetWriter writer = new IndexedDatasetWriter(folder.resolve("g"), type)) {
        for (int d = 0; d < 200; d++) {
          writer.addDocument(IntStream.range(0, d).toArray());
        }
        writer.finish();
      }
      try (GptDataset data =
          train(IndexedDataset.open(folder.resolve("g")), GptOptions.builder(64).build())) {
        SampleBuffer buffer = new SampleBuffer();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20 && least > 0; round++) {
          long before = allocated();
          for (long i = 0; i < data.size(); i++) {
            data.read(i, buffer);
          }
          least = Math.min(least, allocated() - before);
        }
        assertThat(least).isLessThan(8 * data.size());
      }
    }
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
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
