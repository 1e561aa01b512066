# SPDX-License-Identifier: Apache-2.0
"""Fine-tunes as Hugging Face's Trainer does by default: rows padded to the longest of a batch of 4.

    python peer.py --tokenizer DIR --data ROWS.json [--rows 200] [--layers 4] [--threads 2]

Needs torch and transformers. The model is drawn at random. Prints one line of JSON: trained tokens,
seconds of all steps but the first two, and trained tokens per second.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--data", required=True)
parser.add_argument("--rows", type=int, default=200)
parser.add_argument("--length", type=int, default=512)
parser.add_argument("--batch", type=int, default=4)
parser.add_argument("--layers", type=int, default=4)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--lr", type=float, default=1e-4)
options = parser.parse_args()
os.environ.setdefault("OMP_NUM_THREADS", str(options.threads))

import torch
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

torch.set_num_threads(options.threads)
tokenizer = AutoTokenizer.from_pretrained(options.tokenizer)


def sample(row):
    prompt = row["instruction"] + ("\n" + row["input"] if row.get("input") else "")
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": row["output"]}]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    question = tokenizer.apply_chat_template(turns[:1], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    masked = len(tokenizer(question, add_special_tokens=False)["input_ids"])
    labels = [-100] * masked + ids[masked:]
    return ids[: options.length], labels[: options.length]


with open(options.data, encoding="utf-8") as file:
    samples = [sample(row) for row in json.load(file)[: options.rows]]

torch.manual_seed(1)
model = Qwen3ForCausalLM(
    Qwen3Config(
        vocab_size=151936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=options.layers,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        tie_word_embeddings=True,
        max_position_embeddings=40960,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
    )
)
model.train()
optimizer = torch.optim.AdamW(
    model.parameters(), lr=options.lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True
)
seconds = 0.0
trained = 0
losses = []
for step, start in enumerate(range(0, len(samples) - options.batch + 1, options.batch)):
    batch = samples[start : start + options.batch]
    longest = max(len(ids) for ids, _ in batch)
    pad = tokenizer.pad_token_id
    ids = torch.tensor([i + [pad] * (longest - len(i)) for i, _ in batch])
    labels = torch.tensor([l + [-100] * (longest - len(l)) for _, l in batch])
    mask = torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i, _ in batch])
    began = time.perf_counter()
    loss = model(ids, attention_mask=mask, labels=labels, use_cache=False).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    took = time.perf_counter() - began
    losses.append(float(loss.detach()))
    if step >= 2:
        seconds += took
        trained += int((labels[:, 1:] != -100).sum())
print(
    json.dumps(
        {
            "trained_tokens": trained,
            "seconds": round(seconds, 2),
            "trained_tokens_per_second": round(trained / seconds, 2),
            "steps": len(losses),
            "first_loss": losses[0],
            "last_loss": losses[-1],
        }
    )
)
