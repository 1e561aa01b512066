# SPDX-License-Identifier: Apache-2.0
# SwiGLU: y = silu(gate) * up, gate and up being the halves of one matrix.

def swiglu(self, gate_up: Tensor, y: Tensor) -> NoneType:
  size = y.size(1)
  torch.silu(gate_up[:, :size], out=y)
  y.mul_(gate_up[:, size:])
  return None

def swiglu_input_gradient(self, dy: Tensor, gate_up: Tensor, dgate_up: Tensor) -> NoneType:
  size = dy.size(1)
  gate = gate_up[:, :size]
  dgate = dgate_up[:, :size]
  dup = dgate_up[:, size:]
  torch.silu(gate, out=dup)
  dup.mul_(dy)
  torch.mul(dy, gate_up[:, size:], out=dgate)
  torch.silu_backward(dgate, gate, grad_input=dgate)
  return None
