// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;

/**
 * A single row by the transpose of a matrix, as when a token is decoded, as dot products that read
 * the matrix as fast as memory gives it; all else as before.
 */
record RowProducts(TorchScriptModule module, MatrixProducts otherwise) implements MatrixProducts {
  /** Shorter dot products would spend their time on being called. */
  private static final long LEAST_LENGTH = 256;

  @Override
  public void multiply(Tensor a, Tensor b, double scale, boolean add, Tensor y) {
    if (scale == 1 && takes(a, b, y)) {
      module.call("row_product").tensor(a).tensor(b.transpose(0, 1)).flag(add).tensor(y).run();
    } else {
      otherwise.multiply(a, b, scale, add, y);
    }
  }

  private static boolean takes(Tensor a, Tensor b, Tensor y) {
    return y.rank() == 2
        && y.size(0) == 1
        && y.size(1) > 0
        && a.size(1) >= LEAST_LENGTH
        && y.dtype() == DType.F32
        && y.device().equals(Device.cpu())
        && a.isContiguous()
        && b.transpose(0, 1).isContiguous();
  }
}
