# SPDX-License-Identifier: Apache-2.0
# Whole lists of tensors: global norm and AdamW.

def sum_of_squares(self, tensors: List[Tensor], block: int, blocks: Tensor) -> NoneType:
  at = 0
  for i in range(len(tensors)):
    flat = tensors[i].view([-1])
    count = flat.size(0) // block
    whole = count * block
    if count > 0:
      blocks[at:at + count].copy_(torch.linalg_vector_norm(flat[:whole].view([count, block]), 2, [1]))
    if whole < flat.size(0):
      blocks[at + count:at + count + 1].copy_(torch.linalg_vector_norm(flat[whole:].view([1, -1]), 2, [1]))
      count = count + 1
    at = at + count
  blocks.square_()
  return None

def adamw(self, parameters: List[Tensor], gradients: List[Tensor], first_moments: List[Tensor], second_moments: List[Tensor], lr: float, beta1: float, beta2: float, eps: float, weight_decay: float, step: float, gradient_scale: float) -> NoneType:
  steps = annotate(List[Tensor], [])
  count = torch.full([], step, dtype=6)
  for i in range(len(parameters)):
    steps.append(count)
  none = annotate(List[Tensor], [])
  if gradient_scale == 1.0:
    torch._fused_adamw_(parameters, gradients, first_moments, second_moments, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False)
  else:
    divisor = torch.full([], 1.0 / gradient_scale, dtype=6)
    torch._fused_adamw_(parameters, gradients, first_moments, second_moments, none, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps, amsgrad=False, maximize=False, grad_scale=divisor)
  return None
