# SPDX-License-Identifier: Apache-2.0
# Beside the kernels, because a libtorch without oneDNN does not load this.

# Whether oneDNN finds the instructions that libtorch asks of it.
def is_supported(self) -> bool:
  return ops.mkldnn._is_mkldnn_bf16_supported()
