// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckedKernelsTest {
  private final HeapArena arena = new HeapArena();
  private final List<String> reached = new ArrayList<>();
  private final Kernels engine =
      (Kernels)
          Proxy.newProxyInstance(
              Kernels.class.getClassLoader(),
              new Class<?>[] {Kernels.class},
              (proxy, method, arguments) -> {
                reached.add(method.getName());
                return method.getReturnType() == long.class ? 7L : null;
              });
  private boolean leased = true;
  private final Kernels kernels = new CheckedKernels(engine, DType.F32, () -> leased);

  private Tensor f32(long... shape) {
    return arena.allocate(DType.F32, shape);
  }

  @Test
  void rightCallsReachTheEngine() {
    kernels.linear(f32(2, 3), f32(4, 3), f32(2, 4));
    kernels.rmsNorm(f32(2, 3, 4), f32(4), 1e-6, f32(2, 3, 4), f32(2, 3));
    kernels.swiGlu(f32(2, 6), f32(2, 3));
    kernels.copy(f32(2, 3), arena.allocate(DType.BF16, 2, 3));
    kernels.add(f32(), f32());
    kernels.sumOfSquares(List.of(f32(0), f32(4096), f32(1, 4097)), arena.allocate(DType.F64, 3));
    assertThat(kernels.rmsNormScratch(3)).isEqualTo(7);
    assertThat(reached)
        .containsExactly(
            "linear", "rmsNorm", "swiGlu", "copy", "add", "sumOfSquares", "rmsNormScratch");
  }

  @Test
  void wrongCallsDoNot() {
    assertThatThrownBy(() -> kernels.linear(f32(2, 3), f32(4, 5), f32(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("linear: weight is [4, 5], expected I=3 at 1");
    assertThatThrownBy(() -> kernels.swiGlu(f32(2, 5), f32(2, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("swiGlu: gateUp columns must be even, not 5");
    // The gradient is written in place by a softmax that knows no strides.
    Tensor ids = arena.allocate(DType.I64, 2);
    Tensor sum = arena.allocate(DType.F64, 1);
    assertThatThrownBy(() -> kernels.crossEntropy(f32(2, 6).narrow(1, 0, 5), ids, sum))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("crossEntropy: logits must be contiguous F32");
    leased = false;
    assertThatThrownBy(() -> kernels.fill(f32(2), 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("fill was called outside its compute lease, on ");
    assertThat(reached).isEmpty();
  }
}
