// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the arguments of one kernel call. Dimensions have names; the first tensor with a name sets
 * its size and all others must agree.
 */
final class KernelArguments {
  private final String kernel;
  private final DType computeType;
  private final Map<String, Long> sizes = new HashMap<>();
  private final List<Tensor> inputs = new ArrayList<>();

  KernelArguments(String kernel, DType computeType) {
    this.kernel = kernel;
    this.computeType = computeType;
  }

  /** A floating-point tensor that is read. */
  KernelArguments input(String name, Tensor tensor, String... dimensions) {
    matrix(name, tensor, computeType, dimensions);
    inputs.add(tensor);
    return this;
  }

  /** A floating-point tensor that is written, and overlaps nothing that is read. */
  KernelArguments output(String name, Tensor tensor, String... dimensions) {
    matrix(name, tensor, computeType, dimensions);
    return apart(name, tensor);
  }

  private KernelArguments apart(String name, Tensor tensor) {
    for (Tensor input : inputs) {
      if (overlap(tensor, input)) {
        throw wrong(name + " overlaps an input");
      }
    }
    return this;
  }

  /** An input of two or three dimensions, normalised over the last. */
  KernelArguments rows(String name, Tensor tensor, String last) {
    return switch (tensor.rank()) {
      case 2 -> input(name, tensor, "T", last);
      case 3 -> input(name, tensor, "T", "N", last);
      default -> throw wrong(name + " needs two or three dimensions, not " + tensor.shape());
    };
  }

  /** An integer tensor. */
  KernelArguments ids(String name, Tensor tensor, String dimension) {
    matrix(name, tensor, DType.I64, dimension);
    return this;
  }

  /** A float64 vector that is read. */
  KernelArguments doubles(String name, Tensor tensor, String dimension) {
    matrix(name, tensor, DType.F64, dimension);
    inputs.add(tensor);
    return this;
  }

  /** A float64 vector that is written, and overlaps nothing that is read. */
  KernelArguments doublesOutput(String name, Tensor tensor, String dimension) {
    matrix(name, tensor, DType.F64, dimension);
    return apart(name, tensor);
  }

  /** A float64 accumulator of one element. */
  KernelArguments sum(String name, Tensor tensor) {
    open(name, tensor);
    if (tensor.dtype() != DType.F64 || tensor.elements() != 1) {
      throw wrong(name + " must be one F64 element, not " + tensor);
    }
    return this;
  }

  KernelArguments dimension(String dimension, long size) {
    Long known = sizes.putIfAbsent(dimension, size);
    if (known != null && known != size) {
      throw wrong(dimension + " is " + known + " and " + size);
    }
    return this;
  }

  KernelArguments even(String what, long size) {
    if (size % 2 != 0) {
      throw wrong(what + " must be even, not " + size);
    }
    return this;
  }

  KernelArguments positive(String dimension) {
    if (sizes.getOrDefault(dimension, 0L) == 0) {
      throw wrong(dimension + " must be at least 1");
    }
    return this;
  }

  KernelArguments multiple(String of, String by) {
    long many = sizes.getOrDefault(of, 0L);
    long few = sizes.getOrDefault(by, 0L);
    if (few == 0 || many % few != 0) {
      throw wrong(of + "=" + many + " is not a multiple of " + by + "=" + few);
    }
    return this;
  }

  KernelArguments segments(String name, CuSeqlens documents, String total) {
    if (documents.tokens() != sizes.getOrDefault(total, -1L)) {
      throw wrong(name + " ends at " + documents.tokens() + ", expected " + sizes.get(total));
    }
    return this;
  }

  KernelArguments contiguous(String name, Tensor tensor) {
    open(name, tensor);
    if (tensor.dtype() != computeType || !tensor.isContiguous()) {
      throw wrong(name + " must be contiguous " + computeType + ", not " + tensor);
    }
    return this;
  }

  KernelArguments likewise(String name, Tensor tensor, Tensor like) {
    return contiguous(name, tensor).sameShape(name, tensor, like);
  }

  KernelArguments sameShape(String name, Tensor tensor, Tensor like) {
    open(name, tensor);
    open(name + "'s counterpart", like);
    if (!tensor.shape().equals(like.shape())) {
      throw wrong(name + " is " + tensor.shape() + ", expected " + like.shape());
    }
    return this;
  }

  KernelArguments sameCount(String name, List<Tensor> tensors, List<Tensor> like) {
    if (tensors.size() != like.size()) {
      throw wrong(tensors.size() + " " + name + " for " + like.size() + " parameters");
    }
    return this;
  }

  KernelArguments open(String name, Tensor tensor) {
    try {
      tensor.storage().requireOpen();
    } catch (IllegalStateException e) {
      throw new IllegalStateException(kernel + ": " + name + ": " + e.getMessage(), e);
    }
    return this;
  }

  private void matrix(String name, Tensor tensor, DType dtype, String... dimensions) {
    open(name, tensor);
    if (tensor.dtype() != dtype) {
      throw wrong(name + " must be " + dtype + ", not " + tensor);
    }
    if (tensor.rank() != dimensions.length) {
      throw wrong(name + " needs " + dimensions.length + " dimensions, not " + tensor.shape());
    }
    for (int d = 0; d < dimensions.length; d++) {
      Long known = sizes.putIfAbsent(dimensions[d], tensor.size(d));
      if (known != null && known != tensor.size(d)) {
        throw wrong(
            name
                + " is "
                + tensor.shape()
                + ", expected "
                + dimensions[d]
                + "="
                + known
                + " at "
                + d);
      }
    }
    if (tensor.rank() > 0 && tensor.size(-1) > 1 && tensor.stride(-1) != 1) {
      throw wrong("the last dimension of " + name + " must be contiguous: " + tensor);
    }
  }

  /** Whether two contiguous runs of one storage meet; interleaved views are the caller's care. */
  private static boolean overlap(Tensor a, Tensor b) {
    return a.storage() == b.storage()
        && a.isContiguous()
        && b.isContiguous()
        && a.offset() < b.offset() + b.elements()
        && b.offset() < a.offset() + a.elements();
  }

  private IllegalArgumentException wrong(String problem) {
    return new IllegalArgumentException(kernel + ": " + problem);
  }
}
