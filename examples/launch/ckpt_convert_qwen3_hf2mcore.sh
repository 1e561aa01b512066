#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the place of MindSpeed-LLM's script of this name: Hugging Face weights to Megatron-core ones.
# Set the variables here or in the environment.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

LOAD_DIR=${LOAD_DIR:-./model_from_hf/qwen3_hf/} # a folder of Hugging Face
SAVE_DIR=${SAVE_DIR:-./model_weights/qwen3_mcore/}
TP=${TP:-1} # ranks that share each layer
PP=${PP:-1} # stages
PARAMS_DTYPE=${PARAMS_DTYPE:-bfloat16}

"$here/../../loam" convert --from hf --to megatron --input "$LOAD_DIR" --output "$SAVE_DIR" \
  --tp "$TP" --pp "$PP" --dtype "$PARAMS_DTYPE" "$@"
echo "successfully saved checkpoint from iteration 1 to $SAVE_DIR"
echo "INFO:root:Done!"
