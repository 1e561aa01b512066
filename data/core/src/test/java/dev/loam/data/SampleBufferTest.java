// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampleBufferTest {
  private static Sample sample(int length, int... cuSeqlens) {
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> length + i);
    int[] labels = new int[length];
    Arrays.setAll(labels, i -> length - i);
    boolean[] mask = new boolean[length];
    mask[0] = true;
    return new Sample(ids, labels, mask, ids, cuSeqlens);
  }

  @Test
  void holdsOneSampleAfterTheOther() {
    SampleBuffer buffer = new SampleBuffer();
    for (Sample sample :
        new Sample[] {sample(3, 0, 1, 3), sample(100, 0, 100), sample(1, 0, 1), sample(4, 0, 4)}) {
      buffer.set(sample);
      assertThat(buffer.length()).isEqualTo(sample.length());
      assertThat(buffer.toSample()).usingRecursiveComparison().isEqualTo(sample);
    }
  }

  @Test
  void cutsWithinTheSampleOnly() {
    SampleBuffer buffer = new SampleBuffer();
    buffer.begin(50);
    for (int at = 0; at <= 60; at++) {
      buffer.cutBefore(at);
      buffer.cutBefore(at);
    }
    assertThat(buffer.segments()).isEqualTo(50);
    for (int i = 0; i <= 50; i++) {
      assertThat(buffer.cuSeqlens()[i]).isEqualTo(i);
    }
    buffer.begin(3);
    assertThat(buffer.segments()).isEqualTo(1);
    assertThat(Arrays.copyOf(buffer.cuSeqlens(), 2)).containsExactly(0, 3);
  }

  @Test
  void hasRoomForATokenMore() {
    SampleBuffer buffer = new SampleBuffer();
    for (int length : new int[] {1, 2, 7, 6, 7, 8}) {
      buffer.begin(length);
      assertThat(buffer.inputIds().length).isGreaterThan(length);
    }
    assertThatThrownBy(() -> buffer.begin(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
