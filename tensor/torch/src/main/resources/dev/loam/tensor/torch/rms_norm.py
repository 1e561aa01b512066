# SPDX-License-Identifier: Apache-2.0
# RMSNorm over the last dimension; factor = 1 / sqrt(mean(x^2) + eps).

def rms_norm(self, x: Tensor, weight: Tensor, eps: float, y: Tensor, factor: Tensor) -> NoneType:
  f = factor.unsqueeze(-1)
  torch.linalg_vector_norm(x, 2, [-1], True, out=f)
  f.square_()
  f.div_(x.size(-1))
  f.add_(eps)
  f.rsqrt_()
  torch.mul(x, f, out=y)
  y.mul_(weight)
  return None

def rms_norm_input_gradient(self, dy: Tensor, x: Tensor, weight: Tensor, factor: Tensor, dx: Tensor, accumulate: bool, n: Tensor, g: Tensor, ng: Tensor, mean: Tensor) -> NoneType:
  f = factor.unsqueeze(-1)
  m = mean.unsqueeze(-1)
  torch.mul(x, f, out=n)
  torch.mul(dy, weight, out=g)
  torch.mul(n, g, out=ng)
  torch.mean(ng, [-1], True, out=m)
  g.addcmul_(n, m, value=-1.0)
  if accumulate:
    dx.addcmul_(g, f)
  else:
    torch.mul(g, f, out=dx)
  return None

def rms_norm_weight_gradient(self, dy: Tensor, x: Tensor, factor: Tensor, dweight: Tensor, accumulate: bool, product: Tensor) -> NoneType:
  torch.mul(x, factor.unsqueeze(-1), out=product)
  product.mul_(dy)
  rows = product.view([-1, x.size(-1)])
  if accumulate:
    dweight.add_(rows.sum([0]))
  else:
    torch.sum(rows, [0], out=dweight)
  return None
