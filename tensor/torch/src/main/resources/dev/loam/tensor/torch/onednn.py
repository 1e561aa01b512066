# SPDX-License-Identifier: Apache-2.0
# Whether oneDNN finds the instructions that libtorch asks of it. A libtorch without oneDNN does not load
# this.

def is_supported(self) -> bool:
  return ops.mkldnn._is_mkldnn_bf16_supported()
