#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the place of MindSpeed-LLM's script of this name: a corpus to an indexed dataset. Set the
# variables here or in the environment.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

INPUT=${INPUT:-./dataset/train-00000-of-00001-a09b74b3ef9c3b56.parquet} # also JSON, CSV, text, a folder
TOKENIZER_PATH=${TOKENIZER_PATH:-./model_from_hf/qwen3_hf/}
OUTPUT_PREFIX=${OUTPUT_PREFIX:-./dataset/alpaca}
JSON_KEYS=${JSON_KEYS:-text}
WORKERS=${WORKERS:-4}

mkdir -p "$(dirname -- "$OUTPUT_PREFIX")"
# shellcheck disable=SC2086 # keys are separated by spaces
exec "$here/../../loam" preprocess --input "$INPUT" --output-prefix "$OUTPUT_PREFIX" \
  --tokenizer-type PretrainedFromHF --tokenizer-name-or-path "$TOKENIZER_PATH" \
  --workers "$WORKERS" --log-interval 1000 --json-keys $JSON_KEYS "$@"
