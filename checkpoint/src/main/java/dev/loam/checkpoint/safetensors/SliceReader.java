// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;

/**
 * Reads boxes of tensors whose elements lie row-major and back to back in a file, converting as
 * {@link SafetensorsFile#read} does. For the formats of this module.
 */
public final class SliceReader {
  private SliceReader() {}

  /**
   * Reads a box of a vector or a matrix. Of the file no more is read than the box, but for what
   * lies between short rows of it that are close together.
   *
   * @param entry what is known of the tensor
   * @param dataStart the byte of the file that the entry's positions count from
   * @param slice the box, of as many dimensions as the tensor
   * @param destination of the slice's shape; its rows may lie apart, their elements back to back
   * @throws SafetensorsException if the tensor has more than two dimensions or none, does not reach
   *     as far as the slice, or its type does not convert, or the file was cut short meanwhile
   */
  public static void read(
      InputFile file, TensorEntry entry, long dataStart, Slice slice, Tensor destination) {
    requireInside(file, entry, slice);
    requireShape(file, entry, slice, destination);
    BlockReader blocks = new BlockReader(file, entry, destination.dtype());
    if (destination.elements() == 0) {
      return;
    }
    long begin = dataStart + entry.begin();
    Shape start = slice.start();
    if (start.rank() == 1) {
      blocks.read(begin + entry.type().bytes(start.size(0)), destination);
    } else {
      long first = start.size(0) * entry.rowBytes() + entry.type().bytes(start.size(1));
      blocks.readRuns(begin + first, entry.rowBytes(), destination);
    }
  }

  private static void requireInside(InputFile file, TensorEntry entry, Slice slice) {
    long[] sizes = entry.shape().toArray();
    boolean inside =
        sizes.length == slice.shape().rank() && (sizes.length == 1 || sizes.length == 2);
    for (int d = 0; inside && d < sizes.length; d++) {
      long start = slice.start().size(d);
      inside = start <= sizes[d] && slice.shape().size(d) <= sizes[d] - start;
    }
    if (!inside) {
      throw new SafetensorsException(
          file.path(),
          "tensor %s of shape %s has no slice of shape %s at %s"
              .formatted(Text.quote(entry.name()), entry.shape(), slice.shape(), slice.start()),
          "check that the file belongs to this model");
    }
  }

  private static void requireShape(
      InputFile file, TensorEntry entry, Slice slice, Tensor destination) {
    if (!destination.shape().equals(slice.shape())) {
      throw new SafetensorsException(
          file.path(),
          "slice of tensor %s has shape %s where %s is expected"
              .formatted(Text.quote(entry.name()), slice.shape(), destination.shape()),
          "check that the file belongs to this model");
    }
  }
}
