# SPDX-License-Identifier: Apache-2.0
# Rotary position embedding: pairs (x[d], x[d + D/2]) turn by direction * angle.

def rotary(self, x: Tensor, cos: Tensor, sin: Tensor, positions: Tensor, direction: float, y: Tensor, c: Tensor, s: Tensor) -> NoneType:
  torch.index_select(cos, 0, positions, out=c)
  torch.index_select(sin, 0, positions, out=s)
  cc = c.unsqueeze(1)
  ss = s.unsqueeze(1)
  half = x.size(-1) // 2
  a = x[..., :half]
  b = x[..., half:]
  ya = y[..., :half]
  yb = y[..., half:]
  torch.mul(a, cc, out=ya)
  ya.addcmul_(b, ss, value=-direction)
  torch.mul(b, cc, out=yb)
  yb.addcmul_(a, ss, value=direction)
  return None
