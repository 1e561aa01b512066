# SPDX-License-Identifier: Apache-2.0
# Rows of a table by id.

def gather_rows(self, table: Tensor, ids: Tensor, y: Tensor) -> NoneType:
  torch.index_select(table, 0, ids, out=y)
  return None

def gather_rows_gradient(self, dy: Tensor, ids: Tensor, dtable: Tensor, accumulate: bool) -> NoneType:
  if not accumulate:
    dtable.zero_()
  dtable.index_add_(0, ids, dy)
  return None
