# SPDX-License-Identifier: Apache-2.0
# The parts of blocked causal attention between its matrix products. Scores are [G, J, B, E]: a block of B
# queries and all keys up to the block's end, so that the last B columns are the ones that are masked.

def mask_scores(self, scores: Tensor) -> NoneType:
  queries = scores.size(2)
  mask = torch.triu(torch.full([queries, queries], float("-inf")), 1)
  scores.narrow(3, scores.size(3) - queries, queries).add_(mask)
  return None

# The largest probability of a row is 1 / sum exp(score - top).

def attention_softmax(self, scores: Tensor, lse: Tensor) -> NoneType:
  self.mask_scores(scores)
  top = torch.amax(scores, [3])
  torch._softmax(scores, 3, False, out=scores)
  lse.copy_(top - torch.amax(scores, [3]).log())
  return None

def attention_probabilities(self, scores: Tensor, lse: Tensor) -> NoneType:
  self.mask_scores(scores)
  scores.sub_(lse.unsqueeze(3))
  scores.exp_()
  return None

# delta = sum over d of dOut * out, which is the sum over the keys of probability * its gradient.

def attention_delta(self, dout: Tensor, out: Tensor, product: Tensor, delta: Tensor) -> NoneType:
  torch.mul(dout, out, out=product)
  torch.sum(product, [3], out=delta)
  return None

def attention_score_gradient(self, probability: Tensor, delta: Tensor, gradient: Tensor) -> NoneType:
  gradient.sub_(delta.unsqueeze(3))
  gradient.mul_(probability)
  return None

def attention_to_cache(self, q: Tensor, k: Tensor, v: Tensor, scale: float, out: Tensor) -> NoneType:
  groups = k.size(1)
  qd = q.unflatten(0, [groups, -1]).unsqueeze(0)
  kd = k.permute([1, 0, 2]).unsqueeze(0)
  vd = v.permute([1, 0, 2]).unsqueeze(0)
  o, l = torch._scaled_dot_product_flash_attention_for_cpu(qd, kd, vd, 0.0, False, scale=scale)
  out.unflatten(0, [groups, -1]).copy_(o[0])
  return None
