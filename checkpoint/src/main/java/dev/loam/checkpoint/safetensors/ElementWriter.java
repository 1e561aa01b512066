// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Turns tensors into the bytes that files store: elements in row-major order, little-endian, in the
 * type to be stored. The only copy is one block of those whose type changes. For the formats of
 * this module.
 */
public final class ElementWriter {
  private static final int CONVERTED_BLOCK = 256 * 1024;
  private static final int COPIED_BLOCK = 8 * 1024 * 1024;

  private ElementWriter() {}

  /**
   * Asks a tensor for its values and passes on its elements.
   *
   * @throws IllegalStateException if a deferred tensor is not what was announced
   * @throws IOException if the sink does
   */
  public static void write(ByteSink sink, NamedTensor tensor) throws IOException {
    Tensor values = tensor.values();
    SafetensorsType present = SafetensorsType.of(values.dtype());
    if (present == tensor.type()) {
      copy(sink, values);
    } else {
      convert(sink, values, Conversion.between(present, tensor.type()).orElseThrow());
    }
  }

  private static void copy(ByteSink sink, Tensor tensor) throws IOException {
    long step = COPIED_BLOCK / tensor.dtype().bytes();
    for (long at = 0; at < tensor.elements(); at += step) {
      sink.write(tensor.window(at, Math.min(step, tensor.elements() - at)));
    }
  }

  private static void convert(ByteSink sink, Tensor tensor, Conversion conversion)
      throws IOException {
    int width = conversion.toBytes();
    long step = Math.min(CONVERTED_BLOCK / width, tensor.elements());
    ByteBuffer block = ByteBuffer.allocateDirect((int) step * width).order(ByteOrder.LITTLE_ENDIAN);
    for (long at = 0; at < tensor.elements(); at += step) {
      long n = Math.min(step, tensor.elements() - at);
      block.clear().limit((int) n * width);
      conversion.apply(tensor.window(at, n), block);
      sink.write(block);
    }
  }
}
