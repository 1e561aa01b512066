# SPDX-License-Identifier: Apache-2.0
# y = scale a b, or added to y. All of a linear layer's products are this one.

def matrix_product(self, a: Tensor, b: Tensor, scale: float, add: bool, y: Tensor) -> NoneType:
  if add:
    torch.addmm(y, a, b, beta=1.0, alpha=scale, out=y)
  else:
    torch.addmm(y, a, b, beta=0.0, alpha=scale, out=y)
  return None
