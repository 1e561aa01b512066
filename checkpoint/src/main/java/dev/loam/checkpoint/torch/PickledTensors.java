// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Rebuilds tensors: views of a storage with offset, sizes and strides, all in elements. A tensor
 * that reaches beyond its storage is refused.
 */
final class PickledTensors {
  private final PickleInput input;
  private final TorchLimits limits;
  private int made;

  PickledTensors(PickleInput input, TorchLimits limits) {
    this.input = input;
    this.limits = limits;
  }

  /** From (storage, offset, sizes, strides, ...); a placeholder if the storage is one. */
  TorchValue rebuild(List<TorchValue> arguments) {
    made++;
    if (made > limits.tensors()) {
      throw input.fault("more tensors than the limit of " + limits.tensors());
    }
    if (arguments.size() >= 4
        && arguments.get(0) instanceof TorchOpaque memory
        && arguments.get(1) instanceof TorchScalar.Int offset
        && arguments.get(2) instanceof TorchSequence sizes
        && arguments.get(3) instanceof TorchSequence strides) {
      return memory instanceof PickledStorage storage
          ? tensor(storage, offset.value(), numbers(sizes), numbers(strides))
          : memory.result();
    }
    throw input.fault("a tensor is not made of storage, offset, sizes and strides");
  }

  private long[] numbers(TorchSequence values) {
    if (values.items().size() > limits.rank()) {
      throw input.fault("a tensor has more dimensions than the limit of " + limits.rank());
    }
    return values.items().stream().mapToLong(this::size).toArray();
  }

  private long size(TorchValue value) {
    if (value instanceof TorchScalar.Int number && number.value() >= 0) {
      return number.value();
    }
    throw input.fault("a size or stride of a tensor is no natural number");
  }

  private TorchTensor tensor(PickledStorage storage, long offset, long[] sizes, long[] strides) {
    if (sizes.length != strides.length
        || offset < 0
        || end(offset, sizes, strides) > storage.elements()) {
      throw input.fault(
          "a tensor of sizes %s and strides %s at offset %d does not fit its storage of %d elements"
              .formatted(
                  Arrays.toString(sizes), Arrays.toString(strides), offset, storage.elements()));
    }
    int width = storage.type().bits() / 8;
    return new TorchTensor(
        storage.type(),
        Shape.of(sizes),
        storage.position() + offset * width,
        isContiguous(sizes, strides));
  }

  /** Where the elements end; what has no end in a long ends nowhere. */
  private static long end(long offset, long[] sizes, long[] strides) {
    long end = offset;
    long elements = 1;
    try {
      for (int d = 0; d < sizes.length; d++) {
        elements = Math.multiplyExact(elements, sizes[d]);
        end = Math.addExact(end, Math.multiplyExact(Math.max(0, sizes[d] - 1), strides[d]));
      }
      return elements == 0 ? offset : Math.addExact(end, 1);
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  private static boolean isContiguous(long[] sizes, long[] strides) {
    if (Arrays.stream(sizes).anyMatch(size -> size == 0)) {
      return true;
    }
    long expected = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      if (sizes[d] != 1 && strides[d] != expected) {
        return false;
      }
      expected *= sizes[d];
    }
    return true;
  }
}
