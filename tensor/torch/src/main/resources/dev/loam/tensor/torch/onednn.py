# SPDX-License-Identifier: Apache-2.0
# What oneDNN can do beside products of matrices. A libtorch without oneDNN does not load this.

# Whether oneDNN finds the instructions that libtorch asks of it.
def is_supported(self) -> bool:
  return ops.mkldnn._is_mkldnn_bf16_supported()

# y = x W^T, or added to y, of a single row: this reads a matrix as fast as memory allows.
def row_product(self, x: Tensor, w: Tensor, add: bool, y: Tensor) -> NoneType:
  product = ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), None)
  if add:
    y.add_(product)
  else:
    y.copy_(product)
  return None
