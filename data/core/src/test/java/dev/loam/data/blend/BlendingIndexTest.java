// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.data.GoldenTensors;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlendingIndexTest {
  private static int[] datasets(BlendingIndex index) {
    return IntStream.range(0, index.size()).map(index::dataset).toArray();
  }

  private static int[] samples(BlendingIndex index) {
    return IntStream.range(0, index.size()).map(index::sample).toArray();
  }

  @Test
  void indicesAreThoseOfMegatron() {
    Path golden = TestData.golden("06-megatron");
    GoldenTensors tensors = new GoldenTensors(golden.resolve("golden.safetensors"));
    int checked = 0;
    for (JsonNode c : TestData.json(golden.resolve("meta.json")).get("helpers")) {
      BlendingIndex index;
      if (c.has("weights")) {
        JsonNode w = c.get("weights");
        double[] weights = new double[w.size()];
        Arrays.setAll(weights, i -> w.get(i).doubleValue());
        index = BlendingIndex.weighted(weights, c.get("size").longValue());
      } else {
        JsonNode s = c.get("sizes");
        long[] sizes = new long[s.size()];
        Arrays.setAll(sizes, i -> s.get(i).longValue());
        index = BlendingIndex.exhaustive(sizes);
      }
      String key = c.get("key").textValue();
      assertThat(datasets(index)).as(key).isEqualTo(tensors.ints(key + ".dataset_index"));
      assertThat(samples(index)).as(key).isEqualTo(tensors.ints(key + ".dataset_sample_index"));
      checked++;
    }
    assertThat(checked).isEqualTo(8);
  }

  @Test
  void tiesGoToTheFirst() {
    assertThat(datasets(BlendingIndex.weighted(new double[] {.25, .25, .5}, 12)))
        .containsExactly(2, 0, 1, 2, 0, 2, 1, 2, 0, 2, 1, 2);
  }

  @Property(tries = 100)
  void anExhaustiveBlendTakesEverySampleOnce(
      @ForAll @Size(min = 1, max = 6) List<@LongRange(max = 40) Long> list) {
    long[] sizes = list.stream().mapToLong(Long::longValue).toArray();
    BlendingIndex index = BlendingIndex.exhaustive(sizes);
    assertThat(index.size()).isEqualTo((int) Arrays.stream(sizes).sum());
    int[] next = new int[sizes.length];
    for (int i = 0; i < index.size(); i++) {
      assertThat(index.sample(i)).isEqualTo(next[index.dataset(i)]++);
    }
    for (int d = 0; d < sizes.length; d++) {
      assertThat(index.taken(d)).isEqualTo(sizes[d]);
    }
  }

  @Test
  void refusesWhatNoArrayHolds() {
    assertThatThrownBy(() -> BlendingIndex.weighted(new double[] {1}, 1L << 31))
        .isInstanceOf(DataFormatException.class);
    assertThatThrownBy(() -> BlendingIndex.exhaustive(new long[] {1L << 30, 1L << 30}))
        .isInstanceOf(DataFormatException.class);
  }
}
