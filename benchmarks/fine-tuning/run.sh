#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Trained tokens per second of fine-tuning, Loam and peer.py in turns; the first two steps of each do not count.
# usage: run.sh ROWS.json TOKENIZER_DIR PYTHON [TIMES]      (run it from anywhere, with nothing else running)
set -eu
[ $# -ge 3 ] || { sed -n '4p' "$0" >&2; exit 2; }
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
loam=$here/../../loam
rows=$1 tokenizer=$2 python=$3 times=${4:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
set -- --config "$here/loam.yaml" --output_dir "$work/output" --tokenizer_dir "$tokenizer" \
  --train_dataset.data_loader.path "$rows"
"$loam" samples "$@" --count 100000 --json >"$work/samples.jsonl"
i=0
while [ "$i" -lt "$times" ]; do
  "$loam" train "$@" --threads 2 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  "$python" - "$work" <<'PY'
import json, sys
folder = sys.argv[1]
trained = [sum(json.loads(line)["loss_mask"]) for line in open(folder + "/samples.jsonl")]
steps = [json.loads(line) for line in open(folder + "/output/metrics.jsonl")]
tokens = sum(trained[step["step"] - 1] for step in steps[2:])
seconds = sum(step["step_time_ms"] for step in steps[2:]) / 1000
print("loam", json.dumps({"trained_tokens": tokens, "seconds": round(seconds, 2),
      "trained_tokens_per_second": round(tokens / seconds, 2), "steps": len(steps),
      "first_loss": steps[0]["loss"], "last_loss": steps[-1]["loss"]}))
PY
  printf 'peer '
  "$python" "$here/peer.py" --tokenizer "$tokenizer" --data "$rows" 2>/dev/null
  i=$((i + 1))
done
