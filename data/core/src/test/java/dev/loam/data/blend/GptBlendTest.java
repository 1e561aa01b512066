// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.GoldenTensors;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GptBlendTest {
  private static final Path GOLDEN = TestData.golden("06-megatron");
  private static final GoldenTensors TENSORS =
      new GoldenTensors(GOLDEN.resolve("golden.safetensors"));

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
      for (int i = 0; i < c.get("dumped_samples").intValue(); i++) {
        Sample sample = source.get(i);
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
