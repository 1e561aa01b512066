# SPDX-License-Identifier: Apache-2.0
# What oneDNN can do beside products of matrices. A libtorch without oneDNN does not load this.

# Whether oneDNN finds the instructions that libtorch asks of it.
def is_supported(self) -> bool:
  return ops.mkldnn._is_mkldnn_bf16_supported()
