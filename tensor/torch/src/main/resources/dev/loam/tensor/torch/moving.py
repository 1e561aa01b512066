# SPDX-License-Identifier: Apache-2.0
# Moving values.

def strided(self, storage: Tensor, size: List[int], stride: List[int], offset: int) -> Tensor:
  return torch.as_strided(storage, size, stride, offset)

def copy(self, x: Tensor, y: Tensor) -> NoneType:
  y.copy_(x)
  return None

def add(self, x: Tensor, y: Tensor) -> NoneType:
  y.add_(x)
  return None

def fill(self, y: Tensor, value: float) -> NoneType:
  y.fill_(value)
  return None
