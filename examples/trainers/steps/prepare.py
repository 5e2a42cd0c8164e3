"""A random Qwen2 of 2 layers with the tokenizer of SmolLM2's GGUF file, and prompts of the project's data set as parquet.
  python prepare.py GGUF PAIRS.jsonl FOLDER"""
import json
import pathlib
import sys

import datasets
import torch
from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

gguf, pairs, folder = map(pathlib.Path, sys.argv[1:])
tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name)
# The file's own names, which transformers does not read.
tokenizer.bos_token, tokenizer.eos_token, tokenizer.pad_token = "<|im_start|>", "<|im_end|>", "<|im_end|>"
torch.manual_seed(1)
model = Qwen2ForCausalLM(Qwen2Config(
    vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=tokenizer.bos_token_id,
    eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=True))
model.save_pretrained(folder / "policy")
tokenizer.save_pretrained(folder / "policy")
rows = []
for line in pairs.read_text().splitlines():
    prompt = [{"role": "user", "content": json.loads(line)["prompt"]}]
    if len(tokenizer.apply_chat_template(prompt, add_generation_prompt=True)) <= 100:
        rows.append({"data_source": "tare", "prompt": prompt, "reward_model": {"style": "rule", "ground_truth": ""},
                     "extra_info": {"index": len(rows), "prompt": prompt}})
datasets.Dataset.from_list(rows[:8]).to_parquet(str(folder / "train.parquet"))
with open(folder / "prompts.jsonl", "w") as file:
    file.writelines(json.dumps({"prompt": row["prompt"]}) + "\n" for row in rows[:8])
datasets.Dataset.from_list(rows[8:12]).to_parquet(str(folder / "val.parquet"))
print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokenizer)} tokens, {len(rows)} prompts fit")
