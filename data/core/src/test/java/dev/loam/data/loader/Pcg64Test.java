// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Expected are the values of {@code numpy.random.default_rng(seed)} in numpy 2.4. */
class Pcg64Test {
  @Test
  void drawsTheBitsOfNumpy() {
    Pcg64 random = new Pcg64(42);
    for (long expected :
        new long[] {0xc621fbcd16d92688L, 0x705a5661a791ffc1L, 0xdbcd12c26eda1624L}) {
      long low = random.nextBits() & 0xffffffffL;
      assertThat((long) random.nextBits() << 32 | low).isEqualTo(expected);
    }
  }

  @Test
  void permutesAsNumpy() {
    assertThat(new Pcg64(0).permutation(8)).containsExactly(2, 4, 3, 6, 5, 0, 1, 7);
    assertThat(new Pcg64(42).permutation(8)).containsExactly(3, 4, 2, 7, 6, 1, 5, 0);
    assertThat(new Pcg64(0xffffffffL).permutation(8)).containsExactly(0, 6, 4, 5, 3, 2, 1, 7);
    assertThat(new Pcg64(1L << 32).permutation(8)).containsExactly(1, 3, 7, 6, 0, 4, 2, 5);
    assertThat(new Pcg64(Long.MAX_VALUE).permutation(8)).containsExactly(6, 3, 2, 5, 0, 7, 1, 4);
    assertThat(new Pcg64(0).permutation(0)).isEmpty();
    assertThat(new Pcg64(0).permutation(1)).containsExactly(0);
  }

  @Test
  void permutesMillionsAsNumpy() {
    CRC32 digest = new CRC32();
    update(digest, new Pcg64(7).permutation(2_000_000));
    assertThat(digest.getValue()).isEqualTo(1150011795L);
  }

  @Test
  void permutesAsNumpyFromFiveHundredSeeds() {
    CRC32 digest = new CRC32();
    for (int seed = 0; seed < 500; seed++) {
      update(digest, new Pcg64(seed * 2654435761L).permutation(seed));
    }
    assertThat(digest.getValue()).isEqualTo(1726023448L);
  }

  @Test
  void refusesSeedsThatNumpyRefuses() {
    assertThatThrownBy(() -> new Pcg64(-1)).hasMessageContaining("seed -1");
  }

  private static void update(CRC32 digest, int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    digest.update(bytes);
  }
}
