# SPDX-License-Identifier: Apache-2.0
# Causal attention with grouped heads, one flash-attention call for each document. The query heads of a
# group form a dimension of their own, along which keys and values are expanded without being copied.

def grouped_query(self, q: Tensor, start: int, length: int, groups: int) -> Tensor:
  return q.narrow(0, start, length).unflatten(1, [groups, -1]).permute([1, 2, 0, 3])

def grouped_key(self, k: Tensor, start: int, length: int, per_group: int) -> Tensor:
  return k.narrow(0, start, length).permute([1, 0, 2]).unsqueeze(1).expand([-1, per_group, -1, -1])

def attention(self, q: Tensor, k: Tensor, v: Tensor, cu_seqlens: List[int], scale: float, out: Tensor, lse: Tensor) -> NoneType:
  groups = k.size(1)
  per_group = q.size(1) // groups
  for i in range(len(cu_seqlens) - 1):
    start = cu_seqlens[i]
    length = cu_seqlens[i + 1] - start
    if length > 0:
      qd = self.grouped_query(q, start, length, groups)
      kd = self.grouped_key(k, start, length, per_group)
      vd = self.grouped_key(v, start, length, per_group)
      o, l = torch._scaled_dot_product_flash_attention_for_cpu(qd, kd, vd, 0.0, True, scale=scale)
      self.grouped_query(out, start, length, groups).copy_(o)
      lse.narrow(1, start, length).unflatten(0, [groups, per_group]).copy_(l)
  return None

def attention_gradient(self, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, cu_seqlens: List[int], scale: float, dq: Tensor, dk: Tensor, dv: Tensor) -> NoneType:
  groups = k.size(1)
  per_group = q.size(1) // groups
  for i in range(len(cu_seqlens) - 1):
    start = cu_seqlens[i]
    length = cu_seqlens[i + 1] - start
    if length > 0:
      qd = self.grouped_query(q, start, length, groups)
      kd = self.grouped_key(k, start, length, per_group)
      vd = self.grouped_key(v, start, length, per_group)
      od = self.grouped_query(out, start, length, groups)
      dod = self.grouped_query(dout, start, length, groups)
      ld = lse.narrow(1, start, length).unflatten(0, [groups, per_group])
      gq, gk, gv = torch._scaled_dot_product_flash_attention_for_cpu_backward(dod, qd, kd, vd, od, ld, 0.0, True, scale=scale)
      self.grouped_query(dq, start, length, groups).copy_(gq)
      dk.narrow(0, start, length).permute([1, 0, 2]).copy_(gk.sum([1]))
      dv.narrow(0, start, length).permute([1, 0, 2]).copy_(gv.sum([1]))
  return None

def attention_to_cache(self, q: Tensor, k: Tensor, v: Tensor, scale: float, out: Tensor) -> NoneType:
  groups = k.size(1)
  qd = q.unflatten(0, [groups, -1]).unsqueeze(0)
  kd = k.permute([1, 0, 2]).unsqueeze(0)
  vd = v.permute([1, 0, 2]).unsqueeze(0)
  o, l = torch._scaled_dot_product_flash_attention_for_cpu(qd, kd, vd, 0.0, False, scale=scale)
  out.unflatten(0, [groups, -1]).copy_(o[0])
  return None
