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
