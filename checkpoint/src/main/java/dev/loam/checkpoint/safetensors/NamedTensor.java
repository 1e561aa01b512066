// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A tensor to be written. A writer asks for the values once, just before it writes them, and is
 * done with them before it asks for those of the next tensor, so that deferred tensors may all come
 * in the same memory. Until then the memory must not change.
 *
 * @param name its name in the file
 * @param type the type to store: that of the values, or one it converts to (F32 to BF16, F16 or
 *     F64; BF16 to F32 or F64; F64 to F32; rounding to the nearest, ties to even)
 * @param shape the shape to store, of as many elements as there are values
 * @param dtype the type of the values
 * @param source gives the values, contiguous; what it throws ends the writing
 */
public record NamedTensor(
    String name, SafetensorsType type, Shape shape, DType dtype, Supplier<Tensor> source) {
  /**
   * Checks that such values can be stored so.
   *
   * @throws IllegalArgumentException if the name is {@code __metadata__} or no valid text, or the
   *     type of the values does not convert
   */
  public NamedTensor {
    if (name.equals("__metadata__") || !Text.isWellFormed(name)) {
      throw new IllegalArgumentException("no name for a tensor: " + Text.quote(name));
    }
    SafetensorsType present = SafetensorsType.of(dtype);
    if (type != present && Conversion.between(present, type).isEmpty()) {
      throw new IllegalArgumentException(
          Text.quote(name) + " of dtype " + present + " cannot be stored as " + type);
    }
  }

  /** A tensor as it is. */
  public static NamedTensor of(String name, Tensor tensor) {
    return of(name, SafetensorsType.of(tensor.dtype()), tensor.shape(), tensor);
  }

  /** A tensor of its own shape in another type. */
  public static NamedTensor of(String name, SafetensorsType type, Tensor tensor) {
    return of(name, type, tensor.shape(), tensor);
  }

  /**
   * A tensor in another shape and type.
   *
   * @throws IllegalArgumentException if it is not contiguous or does not fit the shape, or as for
   *     the constructor
   */
  public static NamedTensor of(String name, SafetensorsType type, Shape shape, Tensor tensor) {
    NamedTensor named = new NamedTensor(name, type, shape, tensor.dtype(), () -> tensor);
    if (!named.fits(tensor)) {
      throw new IllegalArgumentException(named.misfit(tensor));
    }
    return named;
  }

  /**
   * A tensor that is made when its turn comes.
   *
   * @param dtype the type of the tensor that will be made
   * @param source makes it: contiguous, with as many elements as the shape has
   */
  public static NamedTensor deferred(
      String name, SafetensorsType type, Shape shape, DType dtype, Supplier<Tensor> source) {
    return new NamedTensor(name, type, shape, dtype, source);
  }

  /** The bytes it takes in the file. */
  public long bytes() {
    return type.bytes(shape.elements());
  }

  /**
   * Asks for the values.
   *
   * @throws IllegalStateException if they are not what was announced
   */
  Tensor values() {
    Tensor tensor = source.get();
    if (!fits(tensor)) {
      throw new IllegalStateException(misfit(tensor));
    }
    return tensor;
  }

  private boolean fits(Tensor tensor) {
    return tensor.isContiguous()
        && tensor.elements() == shape.elements()
        && tensor.dtype() == dtype;
  }

  private String misfit(Tensor tensor) {
    return "%s of shape %s and dtype %s cannot be stored from %s"
        .formatted(Text.quote(name), shape, dtype, tensor);
  }
}
