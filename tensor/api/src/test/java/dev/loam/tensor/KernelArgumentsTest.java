// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class KernelArgumentsTest {
  private final HeapArena arena = new HeapArena();
  private final KernelArguments arguments = new KernelArguments("kernel", DType.F32);

  private Tensor f32(long... shape) {
    return arena.allocate(DType.F32, shape);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @Test
  void dimensionsMustAgree() {
    arguments.input("x", f32(2, 3), "T", "I");
    refused(
        () -> arguments.input("w", f32(4, 5), "O", "I"), "kernel: w is [4, 5], expected I=3 at 1");
    refused(() -> arguments.input("v", f32(4), "T", "I"), "kernel: v needs 2 dimensions, not [4]");
    refused(() -> arguments.dimension("T", 7), "kernel: T is 2 and 7");
    arguments.input("none", f32(2, 0), "T", "V").positive("I");
    refused(() -> arguments.positive("V"), "kernel: V must be at least 1");
    refused(
        () -> arguments.rows("r", f32(4), "H"), "kernel: r needs two or three dimensions, not [4]");
  }

  @Test
  void typesMustAgree() {
    refused(
        () -> arguments.input("x", arena.allocate(DType.F64, 2), "T"),
        "kernel: x must be F32, not F64[2] on cpu");
    refused(() -> arguments.ids("ids", f32(2), "T"), "kernel: ids must be I64, not F32[2] on cpu");
    refused(
        () -> arguments.sum("sum", f32(1)),
        "kernel: sum must be one F64 element, not F32[1] on cpu");
    refused(
        () -> arguments.doubles("factor", f32(1), "C"),
        "kernel: factor must be F64, not F32[1] on cpu");
  }

  @Test
  void lastDimensionsMustBeContiguous() {
    refused(
        () -> arguments.input("x", f32(2, 3).transpose(0, 1), "T", "I"),
        "kernel: the last dimension of x must be contiguous:" + " F32[3, 2] strides [1, 3] on cpu");
    assertThatCode(() -> arguments.input("y", f32(2, 6).narrow(1, 2, 3), "R", "C"))
        .doesNotThrowAnyException();
    refused(
        () -> arguments.contiguous("p", f32(2, 6).narrow(1, 2, 3)),
        "kernel: p must be contiguous F32, not F32[2, 3] strides [6, 1] on cpu");
  }

  @Test
  void outputsMayNotOverlapInputs() {
    Tensor buffer = f32(10);
    arguments.input("x", buffer.rows(2, 4), "T");
    refused(() -> arguments.output("y", buffer.rows(5, 4), "T"), "kernel: y overlaps an input");
    assertThatCode(() -> arguments.output("y", buffer.rows(6, 4), "T")).doesNotThrowAnyException();
    Tensor doubles = arena.allocate(DType.F64, 6);
    arguments.doubles("factor", doubles.rows(0, 4), "C");
    refused(
        () -> arguments.doublesOutput("lse", doubles.rows(2, 4), "C"),
        "kernel: lse overlaps an input");
  }

  @Test
  void headsAndDocumentsMustFit() {
    arguments.input("q", f32(5, 6, 2), "T", "N", "D").input("k", f32(5, 4, 2), "T", "G", "D");
    refused(() -> arguments.multiple("N", "G"), "kernel: N=6 is not a multiple of G=4");
    refused(
        () -> arguments.segments("cuSeqlens", CuSeqlens.of(0, 4), "T"),
        "kernel: cuSeqlens ends at 4, expected 5");
    refused(() -> arguments.even("head size", 3), "kernel: head size must be even, not 3");
  }

  @Test
  void listsMustFit() {
    refused(
        () -> arguments.sameCount("gradients", List.of(), List.of(f32(1))),
        "kernel: 0 gradients for 1 parameters");
    refused(
        () -> arguments.likewise("gradient", f32(2), f32(3)),
        "kernel: gradient is [2], expected [3]");
  }

  @Test
  void arenasMustBeOpen() {
    Tensor x = f32(2);
    arena.close();
    assertThatThrownBy(() -> arguments.input("x", x, "T"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("kernel: x: the arena is closed");
  }
}
