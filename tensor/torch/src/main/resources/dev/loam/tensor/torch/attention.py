# SPDX-License-Identifier: Apache-2.0
# Causal attention. First the parts of the blocked way between its matrix products: scores are [G, J, B, E]: a block of B
# queries and all keys up to the block's end, so that the last B columns are the ones that are masked.

def attention_softmax(self, scores: Tensor) -> NoneType:
  queries = scores.size(2)
  mask = torch.triu(torch.full([queries, queries], float("-inf")), 1)
  scores.narrow(3, scores.size(3) - queries, queries).add_(mask)
  torch._softmax(scores, 3, False, out=scores)
  return None

def attention_score_gradient(self, probability: Tensor, gradient: Tensor) -> NoneType:
  torch._softmax_backward_data(gradient, probability, 3, 6, grad_input=gradient)
  return None

# The whole of it for some groups of heads. Queries are [G, J, L, D], keys and values [G, L, D]; those are
# expanded along J without being copied.

def expanded(self, k: Tensor, q: Tensor) -> Tensor:
  return k.unsqueeze(1).expand([-1, q.size(1), -1, -1])

def flash_attention(self, q: Tensor, k: Tensor, v: Tensor, scale: float, out: Tensor, lse: Tensor) -> NoneType:
  o, l = torch._scaled_dot_product_flash_attention_for_cpu(q, self.expanded(k, q), self.expanded(v, q), 0.0, True, scale=scale)
  out.copy_(o)
  lse.copy_(l)
  return None

def flash_attention_gradient(self, dout: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, scale: float, dq: Tensor, dk: Tensor, dv: Tensor) -> NoneType:
  gq, gk, gv = torch._scaled_dot_product_flash_attention_for_cpu_backward(dout, q, self.expanded(k, q), self.expanded(v, q), out, lse, 0.0, True, scale=scale)
  dq.copy_(gq)
  dk.copy_(gk.sum([1]))
  dv.copy_(gv.sum([1]))
  return None

# A single token and all keys before.

def attention_to_cache(self, q: Tensor, k: Tensor, v: Tensor, scale: float, out: Tensor) -> NoneType:
  groups = k.size(1)
  score = torch.empty([groups, q.size(0) // groups, k.size(0)])
  torch.baddbmm(score, q.unflatten(0, [groups, -1]), k.permute([1, 2, 0]), beta=0.0, alpha=scale, out=score)
  torch._softmax(score, 2, False, out=score)
  torch.bmm(score, v.permute([1, 0, 2]), out=out.unflatten(0, [groups, -1]))
  return None
