// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Tensor;

/** Matrix products by whatever library libtorch takes. */
record LibtorchProducts(TorchScriptModule module) implements MatrixProducts {
  @Override
  public void multiply(Tensor a, Tensor b, double scale, boolean add, Tensor y) {
    module.call("matrix_product").tensor(a).tensor(b).number(scale).flag(add).tensor(y).run();
  }
}
