// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.train.config.DataConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileSamplesTest {
  @TempDir Path folder;
  private final ComputeLease lease = Engine.named("torch").lease(1);

  @AfterEach
  void giveBack() {
    lease.close();
  }

  /** Three steps of two rows of four tokens. */
  private SampleSource open(long[] ids, long[] labels) {
    Path file = folder.resolve("rows.safetensors");
    try (Arena arena = lease.newArena(Device.cpu())) {
      SafetensorsWriter.write(
          file,
          List.of(
              NamedTensor.of("input_ids", arena.allocate(DType.I64, 3, 2, 4).set(ids)),
              NamedTensor.of("labels", arena.allocate(DType.I64, 3, 2, 4).set(labels))),
          Map.of());
    }
    return TrainingData.samples(lease, new DataConfig.TokenFile(file));
  }

  @Test
  void rowsWithShiftedLabels() {
    long[] labels = LongStream.range(50, 74).toArray();
    labels[13] = -100;
    try (SampleSource samples = open(LongStream.range(0, 24).toArray(), labels)) {
      assertThat(samples.size()).isEqualTo(6);
      for (int i : new int[] {3, 0, 5, 3}) {
        Sample sample = samples.get(i);
        assertThat(sample.inputIds()).containsExactly(4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3);
        assertThat(sample.positionIds()).containsExactly(0, 1, 2, 3);
        assertThat(sample.cuSeqlens()).containsExactly(0, 4);
        if (i == 3) {
          assertThat(sample.labels()).containsExactly(-100, 64, 65, -100);
          assertThat(sample.lossMask()).containsExactly(false, true, true, false);
        } else {
          assertThat(sample.labels()).startsWith(4 * i + 51, 4 * i + 52, 4 * i + 53).endsWith(-100);
          assertThat(sample.trainedTokens()).isEqualTo(3);
        }
      }
      assertThatThrownBy(() -> samples.get(6)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void whatIsNoTokenIdIsNamed() {
    long[] ids = new long[24];
    ids[17] = 1L << 40;
    long[] labels = new long[24];
    labels[22] = -1;
    try (SampleSource samples = open(ids, labels)) {
      assertThatThrownBy(() -> samples.get(4))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("rows.safetensors: input_ids[2][0][1] = 1099511627776");
      assertThatThrownBy(() -> samples.get(5)).hasMessageContaining("labels[2][1][2] = -1");
    }
  }
}
