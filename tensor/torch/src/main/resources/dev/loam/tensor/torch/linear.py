# SPDX-License-Identifier: Apache-2.0
# y = scale a b, or added to y, of one matrix or of a batch of them.

def matrix_product(self, a: Tensor, b: Tensor, scale: float, add: bool, y: Tensor) -> NoneType:
  beta = 0.0
  if add:
    beta = 1.0
  if y.dim() == 2:
    torch.addmm(y, a, b, beta=beta, alpha=scale, out=y)
  else:
    torch.baddbmm(y, a, b, beta=beta, alpha=scale, out=y)
  return None
