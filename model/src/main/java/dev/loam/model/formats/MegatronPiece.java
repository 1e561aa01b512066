// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.torch.TorchFile;
import dev.loam.checkpoint.torch.TorchTensor;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;

/**
 * A box of a Hugging Face tensor and where it is stored.
 *
 * @param box where in the tensor, and from which row of the stored tensor on
 * @param file the file
 * @param name what the file calls the stored tensor
 * @param tensor the stored tensor
 */
record MegatronPiece(MegatronTensor.Box box, TorchFile file, String name, TorchTensor tensor) {
  /** Reads what a slice of the Hugging Face tensor has of this. */
  void read(Slice slice, Tensor destination) {
    int rank = slice.shape().rank();
    long[] start = new long[rank];
    long[] size = new long[rank];
    Tensor part = destination;
    for (int d = 0; d < rank; d++) {
      long from = Math.max(slice.start().size(d), box.slice().start().size(d));
      long to = Math.min(end(slice, d), end(box.slice(), d));
      if (from >= to) {
        return;
      }
      start[d] = from - box.slice().start().size(d) + (d == 0 ? box.row() : 0);
      size[d] = to - from;
      part = part.narrow(d, from - slice.start().size(d), size[d]);
    }
    file.read(name, tensor, new Slice(Shape.of(start), Shape.of(size)), part);
  }

  private static long end(Slice slice, int dimension) {
    return slice.start().size(dimension) + slice.shape().size(dimension);
  }
}
