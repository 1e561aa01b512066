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

# y = x W^T, or added to y, of a single row: one dot product for each row of W, which is read front to back. libtorch has this as
# the gradient of the weights of a bag of embeddings: row i of W is alone in bag i, and the gradient of each bag is x.

def row_product(self, x: Tensor, w: Tensor, add: bool, y: Tensor) -> NoneType:
  rows = torch.arange(w.size(0), dtype=4)
  product = torch._embedding_bag_per_sample_weights_backward(x.expand([w.size(0), -1]), w, rows, rows, rows, 0)
  if add:
    y.add_(product)
  else:
    y.copy_(product)
  return None
