// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;

/**
 * A tensor to be written. Its memory is read while the file is written and must not change then.
 *
 * @param name its name in the file
 * @param type the type to store: that of the tensor, or one it converts to (F32 to BF16, F16 or
 *     F64; BF16 to F32 or F64; F64 to F32; rounding to the nearest, ties to even)
 * @param shape the shape to store, of as many elements as the tensor has
 * @param tensor the values, contiguous
 */
public record NamedTensor(String name, SafetensorsType type, Shape shape, Tensor tensor) {
  /**
   * Checks that the tensor can be stored so.
   *
   * @throws IllegalArgumentException if the name is {@code __metadata__} or no valid text, the
   *     tensor is not contiguous or does not fit the shape, or its type does not convert
   */
  public NamedTensor {
    if (name.equals("__metadata__") || !Text.isWellFormed(name)) {
      throw new IllegalArgumentException("no name for a tensor: " + Text.quote(name));
    }
    if (!tensor.isContiguous() || tensor.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          Text.quote(name) + " of shape " + shape + " cannot be stored from " + tensor);
    }
    SafetensorsType present = SafetensorsType.of(tensor.dtype());
    if (type != present && Conversion.between(present, type).isEmpty()) {
      throw new IllegalArgumentException(
          Text.quote(name) + " of dtype " + present + " cannot be stored as " + type);
    }
  }

  /** A tensor as it is. */
  public static NamedTensor of(String name, Tensor tensor) {
    return new NamedTensor(name, SafetensorsType.of(tensor.dtype()), tensor.shape(), tensor);
  }

  /** A tensor of its own shape in another type. */
  public static NamedTensor of(String name, SafetensorsType type, Tensor tensor) {
    return new NamedTensor(name, type, tensor.shape(), tensor);
  }

  /** The bytes it takes in the file. */
  public long bytes() {
    return type.bytes(shape.elements());
  }
}
