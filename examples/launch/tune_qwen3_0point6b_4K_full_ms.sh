#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the place of MindSpeed-LLM's script of this name: tunes all of Qwen3-0.6B on instruction
# data. Set the variables here or in the environment; further arguments are those of loam train, such
# as --model.model_config.num_hidden_layers 2. One rank with more threads (NPUS_PER_NODE=1) is as
# fast on a CPU as eight ranks, and takes an eighth of the memory.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

NPUS_PER_NODE=${NPUS_PER_NODE:-8}      # ranks of a machine
MASTER_ADDR=${MASTER_ADDR:-localhost}  # not needed; with several machines set LOAM_HOSTS, see ranks.sh
NNODES=${NNODES:-1}
NODE_RANK=${NODE_RANK:-0}
WORLD_SIZE=$((NPUS_PER_NODE * NNODES))

CKPT_SAVE_DIR=${CKPT_SAVE_DIR:-./ckpt_tuned} # the output folder of the run
CKPT_LOAD_DIR=${CKPT_LOAD_DIR:-}       # what pre-training saved, or weights; random ones where empty
DATA_PATH=${DATA_PATH:-./finetune_dataset/alpaca}
TOKENIZER_PATH=${TOKENIZER_PATH:-./model_from_hf/qwen3_hf/}

TP=${TP:-1}
PP=${PP:-1}
MBS=${MBS:-1}
GBS=${GBS:-16}
SEQ_LENGTH=${SEQ_LENGTH:-4096}
TRAIN_ITERS=${TRAIN_ITERS:-2000}

DP=$((WORLD_SIZE / (TP * PP)))
MICRO_BATCHES=$((DP > 0 ? GBS / (DP * MBS) : 0))
if [ $((DP * TP * PP)) != "$WORLD_SIZE" ] || [ $((MICRO_BATCHES * DP * MBS)) != "$GBS" ]; then
  echo "$(basename "$0"): TP*PP has to divide the $WORLD_SIZE ranks, and MBS*DP the global batch GBS" >&2
  exit 2
fi
echo "$WORLD_SIZE ranks (node $NODE_RANK of $NNODES, master $MASTER_ADDR), data parallel $DP"

exec "$here/ranks.sh" "$WORLD_SIZE" "$NPUS_PER_NODE" "$NODE_RANK" logs/tune_qwen3_0point6b_4K_full_ms \
  --config "$here/qwen3_0point6b_ms_tune.yaml" \
  --output_dir "$CKPT_SAVE_DIR" \
  --load_checkpoint "$CKPT_LOAD_DIR" \
  --tokenizer_dir "$TOKENIZER_PATH" \
  --train_dataset.data_loader.data_path "$DATA_PATH" \
  --train_dataset.data_loader.seq_length "$SEQ_LENGTH" \
  --train_dataset.data_loader.num_samples "$((TRAIN_ITERS * GBS))" \
  --runner_config.batch_size "$MBS" \
  --runner_config.gradient_accumulation_steps "$MICRO_BATCHES" \
  --parallel_config.data_parallel "$DP" \
  --parallel_config.model_parallel "$TP" \
  --parallel_config.pipeline_stage "$PP" \
  --parallel_config.micro_batch_num "$MICRO_BATCHES" \
  "$@"
