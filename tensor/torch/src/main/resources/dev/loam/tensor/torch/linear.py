# SPDX-License-Identifier: Apache-2.0
# Linear layer. Weights are [out, in], as everywhere in Loam.

def linear(self, x: Tensor, weight: Tensor, y: Tensor) -> NoneType:
  torch.mm(x, weight.t(), out=y)
  return None

def linear_residual(self, x: Tensor, weight: Tensor, residual: Tensor, y: Tensor) -> NoneType:
  torch.addmm(residual, x, weight.t(), out=y)
  return None

def linear_input_gradient(self, dy: Tensor, weight: Tensor, scale: float, dx: Tensor) -> NoneType:
  torch.addmm(dx, dy, weight, beta=0.0, alpha=scale, out=dx)
  return None

def add_linear(self, x: Tensor, weight: Tensor, scale: float, y: Tensor) -> NoneType:
  torch.addmm(y, x, weight.t(), beta=1.0, alpha=scale, out=y)
  return None

def add_linear_input_gradient(self, dy: Tensor, weight: Tensor, scale: float, dx: Tensor) -> NoneType:
  torch.addmm(dx, dy, weight, beta=1.0, alpha=scale, out=dx)
  return None

def linear_weight_gradient(self, dy: Tensor, x: Tensor, scale: float, dweight: Tensor, accumulate: bool) -> NoneType:
  if accumulate:
    torch.addmm(dweight, dy.t(), x, beta=1.0, alpha=scale, out=dweight)
  else:
    torch.addmm(dweight, dy.t(), x, beta=0.0, alpha=scale, out=dweight)
  return None
