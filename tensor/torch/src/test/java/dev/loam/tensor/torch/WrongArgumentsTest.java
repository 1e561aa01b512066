// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Wrong calls end in an exception that names the argument, before native code is reached. */
final class WrongArgumentsTest {
  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());
  private final Workspace workspace = new Workspace(arena, DType.F32, 1000);

  @AfterEach
  void close() {
    arena.close();
    lease.close();
  }

  private Tensor f32(long... shape) {
    return arena.allocate(DType.F32, shape);
  }

  private Tensor ids(long... values) {
    return arena.allocate(DType.I64, values.length).set(values);
  }

  private Tensor sum() {
    return arena.allocate(DType.F64, 1);
  }

  private void refused(String message, Consumer<Kernels> call) {
    assertThatThrownBy(() -> lease.run(() -> call.accept(lease.kernels())))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shapes() {
    refused("linear: weight", k -> k.linear(f32(2, 3), f32(4, 5), f32(2, 4)));
    refused("linear: y", k -> k.linear(f32(2, 3), f32(4, 3), f32(2, 5)));
    refused(
        "linearResidual: residual",
        k -> k.linearResidual(f32(2, 3), f32(4, 3), f32(4, 2), f32(2, 4)));
    refused("linearInputGradient", k -> k.linearInputGradient(f32(2, 3), f32(4, 3), 1, f32(2, 3)));
    refused("addLinear: y", k -> k.addLinear(f32(2, 3), f32(4, 3), 1, f32(2, 5)));
    refused(
        "addLinearInputGradient",
        k -> k.addLinearInputGradient(f32(2, 3), f32(4, 3), 1, f32(2, 3)));
    refused(
        "linearWeightGradient",
        k -> k.linearWeightGradient(f32(2, 3), f32(3, 4), 1, f32(3, 4), false));
    refused("rmsNorm: weight", k -> k.rmsNorm(f32(2, 3), f32(4), 1e-6, f32(2, 3), f32(2)));
    refused("rmsNorm: factor", k -> k.rmsNorm(f32(2, 3, 4), f32(4), 1e-6, f32(2, 3, 4), f32(2)));
    refused(
        "rmsNormInputGradient: dx",
        k ->
            k.rmsNormInputGradient(
                f32(2, 3), f32(2, 3), f32(3), f32(2), f32(2, 4), false, workspace));
    refused(
        "rmsNormWeightGradient: dWeight",
        k -> k.rmsNormWeightGradient(f32(2, 3), f32(2, 3), f32(2), f32(2), false, workspace));
    refused(
        "rotary: head size must be even",
        k -> k.rotary(f32(2, 1, 3), f32(5, 1), f32(5, 1), ids(0, 1), f32(2, 1, 3), workspace));
    refused(
        "rotaryInputGradient: positions",
        k ->
            k.rotaryInputGradient(
                f32(2, 1, 4), f32(5, 2), f32(5, 2), ids(0), f32(2, 1, 4), workspace));
    refused("swiGlu: gateUp columns", k -> k.swiGlu(f32(2, 3), f32(2, 1)));
    refused(
        "swiGluInputGradient: dGateUp",
        k -> k.swiGluInputGradient(f32(2, 3), f32(2, 6), f32(2, 4)));
    refused("gatherRows: y", k -> k.gatherRows(f32(5, 3), ids(1), f32(2, 3)));
    refused("gatherRowsGradient", k -> k.gatherRowsGradient(f32(2, 3), ids(1), f32(5, 3), true));
    refused("crossEntropy: targets", k -> k.crossEntropy(f32(2, 3), ids(1), sum()));
    refused(
        "crossEntropySlice: targetLogit",
        k -> k.crossEntropySlice(f32(1, 3), ids(1), sum(), arena.allocate(DType.F64, 2)));
    refused(
        "crossEntropySlice: V must be at least 1",
        k -> k.crossEntropySlice(f32(1, 0), ids(-1), sum(), sum()));
    refused(
        "crossEntropySliceGradient: softmax is [2, 3], expected C=1",
        k -> k.crossEntropySliceGradient(f32(2, 3), ids(1, 1), sum()));
    refused(
        "sumOfSquares: blocks is [1], expected B=2",
        k -> k.sumOfSquares(List.of(f32(1), f32(0), f32(64, 64)), sum()));
    refused("copy: y", k -> k.copy(f32(2, 3), f32(3, 2)));
    refused("add: y is [3, 2], expected [2, 3]", k -> k.add(f32(2, 3), f32(3, 2)));
  }

  @Test
  void attention() {
    Tensor q = f32(4, 6, 2);
    Tensor kv = f32(4, 3, 2);
    CuSeqlens one = CuSeqlens.of(0, 4);
    Workspace scratch = new Workspace(arena, DType.F32, 0);
    refused(
        "attention: N=6 is not a multiple of G=4",
        k -> k.attention(q, f32(4, 4, 2), f32(4, 4, 2), one, 1, f32(4, 6, 2), f32(6, 4), scratch));
    refused(
        "attention: cuSeqlens ends at 5",
        k -> k.attention(q, kv, kv, CuSeqlens.of(0, 5), 1, f32(4, 6, 2), f32(6, 4), scratch));
    refused(
        "attention: lse", k -> k.attention(q, kv, kv, one, 1, f32(4, 6, 2), f32(4, 6), scratch));
    refused(
        "attentionGradient: dk",
        k ->
            k.attentionGradient(
                q,
                q,
                kv,
                kv,
                q,
                f32(6, 4),
                one,
                1,
                f32(4, 6, 2),
                f32(4, 6, 2),
                f32(4, 3, 2),
                scratch));
    refused(
        "attentionToCache: v",
        k -> k.attentionToCache(f32(6, 2), f32(4, 3, 2), f32(5, 3, 2), 1, f32(6, 2)));
  }

  @Test
  void types() {
    Tensor f64 = arena.allocate(DType.F64, 2, 3);
    refused("linear: x must be F32", k -> k.linear(f64, f32(4, 3), f32(2, 4)));
    refused("gatherRows: ids must be I64", k -> k.gatherRows(f32(5, 3), f32(2), f32(2, 3)));
    refused("lossSum must be one F64", k -> k.crossEntropy(f32(1, 3), ids(1), f32(1)));
    refused("blocks must be F64", k -> k.sumOfSquares(List.of(f32(1)), f32(1)));
    refused("add: y must be F32", k -> k.add(f32(1), sum()));
    refused(
        "crossEntropySlice: lse must be F64",
        k -> k.crossEntropySlice(f32(1, 3), ids(1), f32(1), sum()));
    refused(
        "crossEntropySliceGradient: factor must be F64",
        k -> k.crossEntropySliceGradient(f32(1, 3), ids(1), f32(1)));
  }

  @Test
  void layouts() {
    refused("last dimension of x", k -> k.add(f32(4, 2).transpose(0, 1), f32(2, 4)));
    refused(
        "softmax must be contiguous",
        k ->
            k.crossEntropySliceGradient(
                f32(4, 4).narrow(1, 0, 2), ids(0, 0, 0, 0), arena.allocate(DType.F64, 4)));
    refused("last dimension of gateUp", k -> k.swiGlu(f32(4, 2).transpose(0, 1), f32(2, 2)));
    refused(
        "parameter must be contiguous",
        k -> {
          List<Tensor> columns = List.of(f32(4, 4).narrow(1, 0, 2));
          k.adamW(columns, columns, columns, columns, new AdamW(1, 0, 0, 1, 0, 1, 1));
        });
    refused(
        "for 1 parameters",
        k ->
            k.adamW(
                List.of(f32(2)), List.of(), List.of(), List.of(), new AdamW(1, 0, 0, 1, 0, 1, 1)));
  }

  @Test
  void overlaps() {
    Tensor x = f32(4, 4);
    refused("add: y overlaps", k -> k.add(x.rows(0, 2), x.rows(1, 2)));
    refused("linear: y overlaps an input", k -> k.linear(x, f32(4, 4), x));
    refused("rmsNorm: y overlaps", k -> k.rmsNorm(x, f32(4), 1e-6, x, f32(4)));
    refused("gatherRows: y overlaps", k -> k.gatherRows(x, ids(0, 1), x.rows(1, 2)));
  }

  @Test
  void closedArenas() {
    Arena other = lease.newArena(Device.cpu());
    Tensor gone = other.allocate(DType.F32, 2, 2);
    other.close();
    other.close();
    assertThatThrownBy(() -> lease.run(() -> lease.kernels().linear(gone, f32(2, 2), f32(2, 2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("linear: x: ");
    assertThatThrownBy(() -> lease.run(() -> lease.kernels().fill(gone, 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(gone::toFloats).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> gone.window(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> other.allocate(DType.F32, 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void threads() {
    Tensor x = f32(2);
    assertThatThrownBy(() -> lease.kernels().fill(x, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fill was called outside its compute lease");
    try (ComputeLease other = Engine.named("torch").lease(1)) {
      assertThatThrownBy(() -> other.run(() -> lease.kernels().fill(x, 1)))
          .isInstanceOf(IllegalStateException.class);
      other.run(() -> other.kernels().fill(x, 2));
    }
    assertThat(x.toFloats()).containsExactly(2, 2);
  }

  @Test
  void scratchTooSmall() {
    Workspace small = new Workspace(arena, DType.F32, 16);
    assertThatThrownBy(
            () ->
                lease.run(
                    () ->
                        lease
                            .kernels()
                            .rmsNormWeightGradient(
                                f32(5, 5), f32(5, 5), f32(5), f32(5), false, small)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("too small");
  }
}
