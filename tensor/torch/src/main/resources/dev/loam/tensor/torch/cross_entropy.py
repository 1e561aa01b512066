# SPDX-License-Identifier: Apache-2.0
# Cross entropy. With m the largest logit of a row and z = sum exp(logit - m), the largest probability is
# 1/z, so that -log softmax[target] = m - logit[target] - log(largest probability).

def cross_entropy(self, logits: Tensor, targets: Tensor, loss_sum: Tensor) -> NoneType:
  t = targets.unsqueeze(1)
  target_logit = logits.gather(1, t).double()
  top, at = torch.max(logits, 1, True)
  torch._softmax(logits, 1, False, out=logits)
  top_probability = logits.gather(1, at).double()
  loss_sum.add_((top.double() - target_logit - top_probability.log()).sum())
  logits.scatter_add_(1, t, torch.full_like(top, -1.0))
  return None

# One rank's slice of a vocabulary. A target of -1 is in another slice: its row gathers and scatters at
# column 0, to no effect; every other target out of range fails to gather, before anything is written.

def cross_entropy_slice(self, logits: Tensor, targets: Tensor, lse: Tensor, target_logit: Tensor) -> NoneType:
  elsewhere = targets.eq(-1)
  t = torch.add(targets, elsewhere).unsqueeze(1)
  target_logit.copy_(logits.gather(1, t).squeeze(1))
  target_logit.masked_fill_(elsewhere, 0.0)
  top, at = torch.max(logits, 1, True)
  torch._softmax(logits, 1, False, out=logits)
  top_probability = logits.gather(1, at).double()
  lse.copy_((top.double() - top_probability.log()).squeeze(1))
  return None

def cross_entropy_slice_gradient(self, softmax: Tensor, targets: Tensor, factor: Tensor) -> NoneType:
  elsewhere = targets.eq(-1)
  t = torch.add(targets, elsewhere).unsqueeze(1)
  f = factor.unsqueeze(1).to(softmax.dtype)
  at_target = softmax.gather(1, t) * f + (elsewhere.to(softmax.dtype) - 1.0).unsqueeze(1)
  softmax.mul_(f)
  softmax.scatter_(1, t, at_target)
  return None
