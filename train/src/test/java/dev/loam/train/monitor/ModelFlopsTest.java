// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import org.junit.jupiter.api.Test;

class ModelFlopsTest {
  /** Qwen3-0.6B: 28 layers, hidden 1024, 16 heads and 8 for keys and values, of 128 each. */
  @Test
  void countsTheProductsOfForwardThreeTimes() {
    ModelFlops flops =
        ModelFlops.of(
            new Qwen3Config(
                151936,
                1024,
                3072,
                28,
                16,
                8,
                128,
                40960,
                1e6,
                1e-6,
                0.02,
                true,
                SpecialTokens.none()));
    long query = 1024 * 2048;
    long keyAndValue = 2 * 1024 * 1024;
    long output = 2048 * 1024;
    long feedForward = 3 * 1024 * 3072;
    long layers = 28 * (query + keyAndValue + output + feedForward);
    long head = 1024L * 151936;
    assertThat(flops.perToken()).isEqualTo(6.0 * (layers + head));
    // Scores and weighted values, one multiplication and one addition each, of 16 heads of 128.
    assertThat(flops.perPair()).isEqualTo(3.0 * 28 * 2 * 2 * 16 * 128);
    assertThat(new ModelFlops(10, 1).of(Steps.of(1, 1))).isEqualTo(5120 + 33024);
    assertThat(new ModelFlops(10, 1).perSecond(Steps.of(1, 1))).isEqualTo(2 * (5120 + 33024));
  }
}
