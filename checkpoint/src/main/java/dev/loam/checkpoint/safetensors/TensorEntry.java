// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Shape;

/**
 * One tensor of a file, as the header tells it.
 *
 * @param name the tensor's name
 * @param type the type of its elements
 * @param shape its shape; elements lie in row-major order
 * @param begin its first byte, counted from the end of the header
 * @param end the byte after its last
 */
public record TensorEntry(String name, SafetensorsType type, Shape shape, long begin, long end) {
  /** The tensor's size in bytes. */
  public long bytes() {
    return end - begin;
  }

  /** The bytes of one row, a step along dimension 0; the whole tensor where it is a scalar. */
  long rowBytes() {
    if (shape.rank() == 0) {
      return bytes();
    }
    return shape.size(0) == 0 ? 0 : bytes() / shape.size(0);
  }
}
