// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class WorkspaceTest {
  private final Workspace workspace = new Workspace(new HeapArena(), DType.F32, 40);

  @Test
  void framesGiveBackWhatWasTaken() {
    try (Workspace.Frame outer = workspace.frame()) {
      Tensor a = outer.take(3, 2);
      assertThat(a.shape()).isEqualTo(Shape.of(3, 2));
      assertThat(a.offset()).isZero();
      try (Workspace.Frame inner = workspace.frame()) {
        assertThat(inner.take(5).offset()).isEqualTo(16);
        assertThat(workspace.peak()).isEqualTo(32);
      }
      assertThat(outer.take(17).offset()).isEqualTo(16);
    }
    try (Workspace.Frame frame = workspace.frame()) {
      assertThat(frame.take(40).offset()).isZero();
    }
    assertThat(workspace.peak()).isEqualTo(40);
  }

  @Test
  void tooLittleIsAnError() {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor first = frame.take(20);
      assertThat(first.elements()).isEqualTo(20);
      assertThatThrownBy(() -> frame.take(3, 3))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("workspace of 40 elements is too small: 32 in use, 9 wanted");
      assertThat(frame.take(8).offset()).isEqualTo(32);
      assertThat(frame.take(0).elements()).isZero();
    }
  }

  @Test
  void paddingIsACacheLineOfFloats() {
    assertThat(Workspace.padded(0)).isZero();
    assertThat(Workspace.padded(1)).isEqualTo(16);
    assertThat(Workspace.padded(16)).isEqualTo(16);
    assertThat(Workspace.padded(17)).isEqualTo(32);
  }
}
