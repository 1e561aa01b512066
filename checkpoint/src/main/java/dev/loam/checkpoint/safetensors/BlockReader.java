// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Moves part of a file to a tensor, block by block: straight into the tensor where the types agree,
 * through one small buffer that stays in the processor's cache where they do not.
 */
final class BlockReader {
  private static final int CONVERTED_BLOCK = 256 * 1024;
  private static final int COPIED_BLOCK = 8 * 1024 * 1024;

  private final InputFile file;
  private final TensorEntry entry;

  BlockReader(InputFile file, TensorEntry entry) {
    this.file = file;
    this.entry = entry;
  }

  /** Fills a tensor with what begins at a position of the file. */
  void read(long position, Tensor destination) {
    SafetensorsType wanted = SafetensorsType.of(destination.dtype());
    if (entry.type() == wanted) {
      copy(position, destination);
    } else {
      convert(position, destination, conversion(wanted));
    }
  }

  private void copy(long position, Tensor destination) {
    int width = destination.dtype().bytes();
    long step = COPIED_BLOCK / width;
    for (long at = 0; at < destination.elements(); at += step) {
      long n = Math.min(step, destination.elements() - at);
      file.read(destination.window(at, n), position + at * width);
    }
  }

  private void convert(long position, Tensor destination, Conversion conversion) {
    int width = conversion.fromBytes();
    long step = Math.min(CONVERTED_BLOCK / width, destination.elements());
    ByteBuffer block = ByteBuffer.allocateDirect((int) step * width).order(ByteOrder.LITTLE_ENDIAN);
    for (long at = 0; at < destination.elements(); at += step) {
      long n = Math.min(step, destination.elements() - at);
      file.read(block.clear().limit((int) n * width), position + at * width);
      conversion.apply(block.flip(), destination.window(at, n));
    }
  }

  private Conversion conversion(SafetensorsType wanted) {
    return Conversion.between(entry.type(), wanted)
        .filter(c -> c.toBytes() > c.fromBytes() || c == Conversion.F64_TO_F32)
        .orElseThrow(
            () ->
                new SafetensorsException(
                    file.path(),
                    "tensor "
                        + Text.quote(entry.name())
                        + " of dtype "
                        + entry.type()
                        + " cannot be read as "
                        + wanted,
                    "convert the file first"));
  }
}
