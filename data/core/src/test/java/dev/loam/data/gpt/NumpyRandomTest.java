// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NumpyRandomTest {
  private static final JsonNode META =
      TestData.json(TestData.golden("06-megatron").resolve("meta.json"));

  @Test
  void drawsTheBitsOfNumpy() {
    for (Map.Entry<String, JsonNode> e : META.get("mt19937_first_u32").properties()) {
      NumpyRandom random = new NumpyRandom(Long.parseLong(e.getKey()));
      for (JsonNode expected : e.getValue()) {
        assertThat(Integer.toUnsignedLong(random.nextBits())).isEqualTo(expected.longValue());
      }
    }
  }

  @Test
  void shufflesAsNumpy() {
    for (JsonNode e : META.get("numpy_shuffle")) {
      int[] ints = IntStream.range(0, e.get("n").intValue()).toArray();
      long[] longs = LongStream.range(0, ints.length).toArray();
      long seed = e.get("seed").longValue();
      new NumpyRandom(seed).shuffle(ints, 0, ints.length);
      new NumpyRandom(seed).shuffle(longs, 0, longs.length);
      assertThat(ints).as(e.toString()).containsExactly(ints(e.get("result")));
      assertThat(Arrays.stream(longs).mapToInt(i -> (int) i)).containsExactly(boxed(ints));
    }
  }

  /** Known values of {@code numpy.random.RandomState}, beyond one block of the twister. */
  @Test
  void drawsBoundedIntegersAsNumpy() {
    int[] many = IntStream.range(0, 4097).toArray();
    new NumpyRandom(4294967295L).shuffle(many, 0, many.length);
    assertThat(Arrays.copyOf(many, 5)).containsExactly(2960, 2050, 2270, 1695, 3688);
    NumpyRandom random = new NumpyRandom(42);
    assertThat(LongStream.generate(() -> random.nextInterval(1L << 40)).limit(3))
        .containsExactly(441507790259L, 458615280711L, 810017303572L);
  }

  @Test
  void shufflesOnlyTheRangeGiven() {
    int[] values = {9, 0, 1, 2, 9};
    new NumpyRandom(1).shuffle(values, 1, 4);
    assertThat(values).startsWith(9).endsWith(9).contains(0, 1, 2);
    new NumpyRandom(1).shuffle(values, 5, 5);
  }

  @Test
  void refusesSeedsThatNumpyRefuses() {
    assertThatThrownBy(() -> new NumpyRandom(-1)).hasMessageContaining("seed -1");
    assertThatThrownBy(() -> new NumpyRandom(1L << 32)).hasMessageContaining("seed 4294967296");
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private static Integer[] boxed(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }
}
