// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Tensor;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Between tensors, which may be strided views, and contiguous ND4J arrays, which mathematics is
 * written with.
 */
final class Values {
  private static final WorkspaceConfiguration TEMPORARIES =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .policyAllocation(AllocationPolicy.STRICT)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policySpill(SpillPolicy.EXTERNAL)
          .build();

  private Values() {}

  /** A contiguous copy, a temporary of the {@link #assign} it is read in. */
  static INDArray read(Tensor x) {
    return x.elements() == 0 ? Nd4j.create(DataType.DOUBLE, x.shape().toArray()) : view(x).dup('c');
  }

  /** {@code y = value}; what the value allocates is freed. */
  static void assign(Tensor y, Supplier<INDArray> value) {
    assign(y, false, value);
  }

  /** {@code y = value} or {@code y += value}; what the value allocates is freed. */
  static void assign(Tensor y, boolean accumulate, Supplier<INDArray> value) {
    if (y.elements() > 0) {
      withTemporaries(() -> write(y, accumulate, value.get()));
    }
  }

  /** {@code y = value} or {@code y += value}, among temporaries; true, for lambdas. */
  static boolean write(Tensor y, boolean accumulate, INDArray value) {
    INDArray values = value.dup('c').reshape('c', view(y).shape());
    view(y).assign(accumulate ? read(y).add(values) : values);
    return true;
  }

  /** Runs work and frees what it allocates; its result must be a Java value. */
  @SuppressWarnings("try") // the scope is there to be closed
  static <R> R withTemporaries(Supplier<R> work) {
    try (MemoryWorkspace scope =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(TEMPORARIES, "loam-reference")) {
      return work.get();
    }
  }

  /** An array over the tensor's own memory. */
  static INDArray view(Tensor x) {
    if (!(x.storage() instanceof Nd4jStorage storage)) {
      throw new IllegalArgumentException("a tensor of another engine: " + x);
    }
    if (x.rank() == 0) {
      return view(x.view(1));
    }
    long[] strides = new long[x.rank()];
    for (int d = 0; d < strides.length; d++) {
      strides[d] = x.stride(d);
    }
    return Nd4j.create(storage.buffer(), x.shape().toArray(), strides, x.offset(), 'c');
  }

  static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.DOUBLE, shape);
  }
}
