#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the place of MindSpeed-LLM's script of this name: instruction data to the three indexed
# datasets that tuning reads. Set the variables here or in the environment; further arguments are
# those of loam preprocess-sft, such as --seq-length 4096 --pack --neat-pack.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

INPUT=${INPUT:-./dataset/train-00000-of-00001-a09b74b3ef9c3b56.parquet} # also JSON, CSV, a folder
TOKENIZER_PATH=${TOKENIZER_PATH:-./model_from_hf/qwen3_hf/}
OUTPUT_PREFIX=${OUTPUT_PREFIX:-./finetune_dataset/alpaca}
WORKERS=${WORKERS:-4}

mkdir -p "$(dirname -- "$OUTPUT_PREFIX")"
exec "$here/../../loam" preprocess-sft --input "$INPUT" --output-prefix "$OUTPUT_PREFIX" \
  --tokenizer-type PretrainedFromHF --tokenizer-name-or-path "$TOKENIZER_PATH" \
  --prompt-type qwen3 --workers "$WORKERS" --log-interval 1000 "$@"
