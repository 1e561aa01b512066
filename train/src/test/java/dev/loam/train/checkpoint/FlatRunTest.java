// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlatRunTest {
  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());

  @AfterEach
  void free() {
    arena.close();
    lease.close();
  }

  /** Rows 10 to 13 and columns 20 to 24 of a matrix of 100 columns. */
  private Parameter matrix() {
    return new Parameter(
        "m",
        Shape.of(50, 100),
        new Slice(Shape.of(10, 20), Shape.of(4, 5)),
        arena.allocate(DType.F32, 4, 5),
        true,
        true);
  }

  private static String box(long row, long column, long rows, long columns, long offset) {
    return row + "," + column + " " + rows + "x" + columns + " at " + offset;
  }

  private static List<String> boxes(FlatRun run) {
    return run.boxes().stream()
        .map(
            b ->
                box(
                    b.slice().start().size(0),
                    b.slice().start().size(1),
                    b.slice().shape().size(0),
                    b.slice().shape().size(1),
                    b.offset()))
        .toList();
  }

  @Test
  void aWholeSliceIsOneBox() {
    assertThat(boxes(FlatRun.whole(matrix()))).containsExactly(box(10, 20, 4, 5, 0));
  }

  @Test
  void aRunIsTheRestOfARowThenRowsThenPartOfARow() {
    assertThat(boxes(new FlatRun(matrix(), 3, 14)))
        .containsExactly(box(10, 23, 1, 2, 0), box(11, 20, 2, 5, 2), box(13, 20, 1, 2, 12));
    assertThat(boxes(new FlatRun(matrix(), 6, 2))).containsExactly(box(11, 21, 1, 2, 0));
    assertThat(boxes(new FlatRun(matrix(), 6, 6)))
        .containsExactly(box(11, 21, 1, 4, 0), box(12, 20, 1, 2, 4));
    assertThat(boxes(new FlatRun(matrix(), 5, 0))).isEmpty();
  }

  @Test
  void anyRunIsCoveredInOrder() {
    for (long start = 0; start < 20; start++) {
      for (long length = 0; start + length <= 20; length++) {
        List<Long> elements = new ArrayList<>();
        for (FlatRun.Box box : new FlatRun(matrix(), start, length).boxes()) {
          assertThat(box.offset()).isEqualTo(elements.size());
          for (long r = 0; r < box.slice().shape().size(0); r++) {
            for (long c = 0; c < box.slice().shape().size(1); c++) {
              long row = box.slice().start().size(0) + r - 10;
              long column = box.slice().start().size(1) + c - 20;
              elements.add(row * 5 + column);
            }
          }
        }
        for (int i = 0; i < length; i++) {
          assertThat(elements.get(i)).isEqualTo(start + i);
        }
        assertThat((long) elements.size()).isEqualTo(length);
      }
    }
  }

  @Test
  void aVectorIsOneBox() {
    Parameter vector =
        new Parameter(
            "v",
            Shape.of(9),
            new Slice(Shape.of(2), Shape.of(6)),
            arena.allocate(DType.F32, 6),
            true,
            false);
    List<FlatRun.Box> boxes = new FlatRun(vector, 1, 3).boxes();
    assertThat(boxes).containsExactly(new FlatRun.Box(new Slice(Shape.of(3), Shape.of(3)), 0));
  }
}
