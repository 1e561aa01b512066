// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.TensorEntry;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;

/**
 * A box of a vector or matrix, stored in a file. That of a vector has one column.
 *
 * @param file where it is stored
 * @param entry how it is stored
 * @param row its first row in the whole tensor
 * @param column its first column in the whole tensor
 */
record Box(SafetensorsFile file, TensorEntry entry, long row, long column) {
  static Box of(SafetensorsFile file, TensorEntry entry, Slice slice) {
    Shape start = slice.start();
    return new Box(file, entry, start.size(0), start.rank() == 1 ? 0 : start.size(1));
  }

  int rank() {
    return entry.shape().rank();
  }

  long rows() {
    return entry.shape().size(0);
  }

  long columns() {
    return rank() == 1 ? 1 : entry.shape().size(1);
  }

  long rowEnd() {
    return row + rows();
  }

  long columnEnd() {
    return column + columns();
  }

  /** Reads what a slice has of this box to its place in the slice. */
  void read(Slice slice, Tensor destination) {
    long[] starts = slice.start().toArray();
    long[] sizes = slice.shape().toArray();
    long[] own = {row, column};
    long[] ends = {rowEnd(), columnEnd()};
    Tensor part = destination;
    for (int d = 0; d < starts.length; d++) {
      long from = Math.max(starts[d], own[d]);
      long size = Math.min(starts[d] + sizes[d], ends[d]) - from;
      if (size <= 0) {
        return;
      }
      part = part.narrow(d, from - starts[d], size);
      starts[d] = from - own[d];
    }
    file.readSlice(entry.name(), new Slice(Shape.of(starts), part.shape()), part);
  }
}
