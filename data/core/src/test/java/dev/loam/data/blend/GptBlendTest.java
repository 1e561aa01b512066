// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.GoldenTensors;
import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.IndexCache;
import dev.loam.data.gpt.Split;
import dev.loam.data.internal.CacheFiles;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GptBlendTest {
  private static final Path GOLDEN = TestData.golden("06-megatron");
  private static final GoldenTensors TENSORS =
      new GoldenTensors(GOLDEN.resolve("golden.safetensors"));

  @TempDir private Path folder;

  static Stream<JsonNode> cases() {
    JsonNode blended = TestData.json(GOLDEN.resolve("meta.json")).get("blended");
    return StreamSupport.stream(blended.spliterator(), false);
  }

  private static GptBlend blend(int length, long seed, SurplusRule rule) {
    GptOptions options = GptOptions.builder(length).randomSeed(seed).build();
    return new GptBlend(Split.TRAIN, Split.Part.ALL, options, rule);
  }

  private static DataPaths paths(JsonNode c) {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < c.get("datasets").size(); i++) {
      if (!c.get("weights").isNull()) {
        entries.add(c.get("weights").get(i).asText());
      }
      entries.add(GOLDEN.resolve("corpus_" + c.get("datasets").get(i).textValue()).toString());
    }
    return DataPaths.parse(entries);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void blendsAreThoseOfMegatron(JsonNode c) throws IOException {
    String key = c.get("key").textValue();
    JsonNode requested = c.get("requested_samples");
    GptBlend blend =
        blend(
            c.get("sequence_length").intValue(),
            c.get("random_seed").longValue(),
            SurplusRule.MEGATRON);
    try (SampleSource source =
        blend.open(
            paths(c),
            requested.isNull() ? OptionalLong.empty() : OptionalLong.of(requested.longValue()))) {
      BlendedDataset blended = (BlendedDataset) source;
      assertThat(blended.size()).isEqualTo(c.get("blended_length").longValue());
      BlendingIndex index = blended.index();
      assertThat(IntStream.range(0, index.size()).map(index::dataset).toArray())
          .isEqualTo(TENSORS.ints(key + ".dataset_index"));
      assertThat(IntStream.range(0, index.size()).map(index::sample).toArray())
          .isEqualTo(TENSORS.ints(key + ".dataset_sample_index"));
      for (int d = 0; d < blended.sources().size(); d++) {
        GptDataset data = (GptDataset) blended.sources().get(d);
        String part = key + ".d" + d;
        assertThat(data.size()).isEqualTo(c.get("samples_per_dataset_built").get(d).longValue());
        assertThat(data.documentIndex()).isEqualTo(TENSORS.ints(part + ".document_index"));
        assertThat(data.sampleIndex()).isEqualTo(TENSORS.ints(part + ".sample_index"));
        assertThat(data.shuffleIndex()).isEqualTo(TENSORS.ints(part + ".shuffle_index"));
      }
      SampleBuffer buffer = new SampleBuffer();
      for (int i = 0; i < c.get("dumped_samples").intValue(); i++) {
        Sample sample = source.get(i);
        source.read(i, buffer);
        assertThat(buffer.toSample()).usingRecursiveComparison().isEqualTo(sample);
        assertThat(sample.trainedTokens())
            .isEqualTo(Arrays.stream(TENSORS.row(key + ".loss_mask", i)).sum());
        assertThat(sample.inputIds()).isEqualTo(TENSORS.row(key + ".tokens", i));
        assertThat(sample.labels()).isEqualTo(TENSORS.row(key + ".labels", i));
        assertThat(sample.positionIds()).isEqualTo(TENSORS.row(key + ".position_ids", i));
      }
    }
  }

  @Test
  void oneWeightedDatasetIsBlendedToo() throws IOException {
    DataPaths paths = DataPaths.parse(List.of("1", GOLDEN.resolve("corpus_A").toString()));
    try (SampleSource megatron =
            blend(16, 1234, SurplusRule.MEGATRON).open(paths, OptionalLong.of(400));
        SampleSource mindformers =
            blend(16, 1234, SurplusRule.MINDFORMERS).open(paths, OptionalLong.of(400))) {
      assertThat(megatron.size()).isEqualTo(400);
      assertThat(mindformers.size()).isEqualTo(402);
      for (int i = 0; i < 400; i++) {
        assertThat(megatron.get(i).inputIds()).isEqualTo(mindformers.get(i).inputIds());
      }
    }
  }

  @Test
  void oneDatasetWithoutAWeightIsUsedAsItIs() throws IOException {
    DataPaths paths = DataPaths.parse(List.of(GOLDEN.resolve("corpus_A").toString()));
    try (SampleSource source =
        blend(16, 7, SurplusRule.MEGATRON).open(paths, OptionalLong.of(32))) {
      assertThat(((GptDataset) source).shuffleIndex()).isEqualTo(TENSORS.ints("g01.shuffle_index"));
    }
  }

  @Test
  void weightsNeedANumberOfSamples() {
    DataPaths paths = DataPaths.parse(List.of("1", GOLDEN.resolve("corpus_A").toString()));
    assertThatThrownBy(() -> blend(16, 7, SurplusRule.MEGATRON).open(paths, OptionalLong.empty()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("set sizes");
  }

  @Test
  void aSourceThatRunsOutIsNamed() throws IOException {
    DataPaths paths = DataPaths.parse(List.of(GOLDEN.resolve("corpus_B").toString()));
    try (SampleSource source =
        blend(16, 7, SurplusRule.MEGATRON).open(paths, OptionalLong.empty())) {
      assertThatThrownBy(() -> BlendedDataset.weighted(List.of(source), new double[] {1}, 31))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("takes 31 from dataset 0, which has 30");
    }
  }

  private GptBlend cached(int threads) {
    GptOptions options = GptOptions.builder(16).randomSeed(7).build();
    return new GptBlend(
        Split.TRAIN,
        Split.Part.ALL,
        options,
        SurplusRule.MEGATRON,
        Optional.of(new IndexCache(folder, Optional.of("1,0,0"), false)),
        threads);
  }

  private static List<Integer> all(SampleSource source) {
    List<Integer> tokens = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      for (int token : source.get(i).inputIds()) {
        tokens.add(token);
      }
    }
    return tokens;
  }

  @Test
  void aCacheChangesNothing() throws IOException {
    String a = GOLDEN.resolve("corpus_A").toString();
    String b = GOLDEN.resolve("corpus_B").toString();
    for (List<String> list :
        List.of(List.of("0.3", a, "0.7", b), List.of(a, b), List.of("1", a), List.of(a))) {
      DataPaths paths = DataPaths.parse(list);
      for (OptionalLong samples :
          list.contains("1") || list.contains("0.3")
              ? List.of(OptionalLong.of(90))
              : List.of(OptionalLong.of(90), OptionalLong.empty())) {
        try (SampleSource fresh = blend(16, 7, SurplusRule.MEGATRON).open(paths, samples);
            SampleSource written = cached(2).open(paths, samples);
            SampleSource read = cached(1).open(paths, samples)) {
          assertThat(all(written)).isEqualTo(all(fresh));
          assertThat(all(read)).isEqualTo(all(fresh));
        }
      }
    }
  }

  @Test
  void whatOthersCachedIsCountedOrBuiltAnew() throws IOException {
    String a = GOLDEN.resolve("corpus_A").toString();
    String b = GOLDEN.resolve("corpus_B").toString();
    DataPaths paths = DataPaths.parse(List.of("3", a, "7", b));
    List<Integer> right;
    try (SampleSource written = cached(1).open(paths, OptionalLong.of(90))) {
      right = all(written);
    }
    Path counts = file("loam_counts.npy");
    byte[] good = Files.readAllBytes(counts);
    Files.delete(counts);
    try (SampleSource read = cached(1).open(paths, OptionalLong.of(90))) {
      assertThat(all(read)).isEqualTo(right);
    }
    assertThat(counts).hasBinaryContent(good);
    for (String name : List.of("dataset_index.npy", "dataset_sample_index.npy")) {
      Files.delete(counts);
      byte[] bytes = Files.readAllBytes(file(name));
      bytes[bytes.length - 8] ^= 1;
      Files.write(file(name), bytes);
      try (SampleSource read = cached(1).open(paths, OptionalLong.of(90))) {
        assertThat(all(read)).isEqualTo(right);
      }
      Files.write(file(name), new byte[3]);
      try (SampleSource read = cached(1).open(paths, OptionalLong.of(90))) {
        assertThat(all(read)).isEqualTo(right);
      }
    }
  }

  private Path file(String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  /** The digests of MindFormers for a path that is not there. */
  @Test
  void cachedFilesHaveTheNamesOfMindFormers() throws IOException {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("class", "GPTDataset");
    data.put("dataset_path", "/data/x_text_document");
    data.put("num_samples", 402);
    data.put("index_split", "train");
    data.put("random_seed", 1234);
    data.put("sequence_length", 4096);
    data.put("split", "1, 0, 0");
    data.put("split_matrix", List.of(List.of(0, 1.0), Optional.empty(), Optional.empty()));
    data.put("tokenizer", Optional.empty());
    Map<String, Object> blend = new LinkedHashMap<>();
    blend.put("class", "BlendedDataset");
    blend.put("datasets", List.of(data));
    blend.put("split", "train");
    blend.put("weights", List.of(1.0));
    blend.put("size", 402);
    assertThat(new CacheFiles(folder, "BlendedDataset-train", blend).file("x").getFileName())
        .hasToString("8714aff081c6e94f9e013b46e035c0ef-BlendedDataset-train-x");
    try (SampleSource written =
        cached(1)
            .open(
                DataPaths.parse(List.of("1", GOLDEN.resolve("corpus_A").toString())),
                OptionalLong.of(400))) {
      assertThat(written.size()).isEqualTo(400);
    }
    blend.put("size", 400);
    data.put("dataset_path", GOLDEN.resolve("corpus_A").toString());
    data.put("random_seed", 7);
    data.put("sequence_length", 16);
    data.put("split", "1,0,0");
    CacheFiles files = new CacheFiles(folder, "BlendedDataset-train", blend);
    assertThat(files.text("description.txt")).contains(files.description());
  }

  @Test
  void datasetsAreOpenedByNamedThreads() throws IOException {
    Set<String> names = ConcurrentHashMap.newKeySet();
    List<ParallelOpening.Opener<SampleSource>> openers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int size = i;
      openers.add(
          () -> {
            names.add(Thread.currentThread().getName());
            return new Counted(size, new AtomicInteger());
          });
    }
    List<SampleSource> opened = ParallelOpening.openAll(openers, 3);
    assertThat(opened.stream().map(SampleSource::size))
        .containsExactlyElementsOf(LongStream.range(0, 20).boxed().toList());
    assertThat(names).allMatch(name -> name.matches("loam-dataset-builder-[0-2]"));
  }

  private record Counted(long size, AtomicInteger closed) implements SampleSource {
    @Override
    public Sample get(long index) {
      throw new IndexOutOfBoundsException();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void whenOneCannotBeOpenedAllAreClosed() {
    for (int threads : new int[] {1, 4}) {
      AtomicInteger opened = new AtomicInteger();
      AtomicInteger closed = new AtomicInteger();
      List<ParallelOpening.Opener<SampleSource>> openers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        boolean bad = i == 6;
        openers.add(
            () -> {
              if (bad) {
                throw new IOException("seven");
              }
              opened.incrementAndGet();
              return new Counted(1, closed);
            });
      }
      assertThatThrownBy(() -> ParallelOpening.openAll(openers, threads))
          .isInstanceOf(IOException.class)
          .hasMessage("seven");
      assertThat(closed).hasValue(opened.get());
      assertThat(opened.get()).isGreaterThanOrEqualTo(6);
    }
  }

  @Test
  void weightsMustBeUsable() {
    String a = GOLDEN.resolve("corpus_A").toString();
    for (List<String> list : List.of(List.of("0", a), List.of("0", a, "0", a))) {
      assertThatThrownBy(() -> DataPaths.parse(list))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("weight 0.0 in a blend, must be above 0; leave the dataset out");
    }
    assertThatThrownBy(() -> DataPaths.parse(List.of()))
        .hasMessageContaining("data_path names no dataset");
  }

  @Test
  void surplusRulesDifferInTheirRounding() {
    SurplusRule.Sizes megatron = SurplusRule.MEGATRON.sizes(new double[] {0.3, 0.7}, 77);
    assertThat(megatron.requested()).containsExactly(25, 55);
    assertThat(megatron.blended()).isEqualTo(78);
    SurplusRule.Sizes mindformers = SurplusRule.MINDFORMERS.sizes(new double[] {0.3, 0.7}, 77);
    assertThat(mindformers.requested()).containsExactly(24, 55);
    assertThat(mindformers.blended()).isEqualTo(79);
  }
}
