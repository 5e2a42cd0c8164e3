#!/usr/bin/env python3
"""Some steps of TRL's GRPOTrainer whose rewards come from `tare serve`; needs torch, transformers, gguf, datasets and trl.

  tare serve --model models/SmolLM2-135M-Instruct.Q4_1.gguf --head results/heads/smollm2-135m-alpaca.safetensors --port 5000
  python3 examples/serve/grpo.py models/SmolLM2-135M-Instruct.Q4_1.gguf

The policy is the same small model, on the CPU: what is shown is that trainer and server go together, not a better policy. Prints
the mean reward of each step, as the trainer logs it, and checks every reward against one that is asked for alone.
"""
import json
import pathlib
import sys
import tempfile

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from trl_reward import tare_reward

file = pathlib.Path(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
# The trainer takes what was read from a quantised file for quantised still.
if hasattr(read.config, "quantization_config"):
    del read.config.quantization_config
policy = AutoModelForCausalLM.from_config(read.config)
policy.load_state_dict(read.state_dict())
pairs = map(json.loads, open(pathlib.Path(__file__).parents[2] / "datasets" / "balanced-pairs.jsonl"))
prompts = [[{"role": "user", "content": row["prompt"]}] for row in pairs][:8]
seen = []


def reward(prompts, completions, **columns):
    rewards = tare_reward(prompts, completions)
    seen.extend(zip(prompts, completions, rewards))
    return rewards


with tempfile.TemporaryDirectory() as folder:
    trainer = GRPOTrainer(
        model=policy, processing_class=tokenizer, reward_funcs=[reward], train_dataset=Dataset.from_dict({"prompt": prompts}),
        args=GRPOConfig(
            output_dir=folder, max_steps=2, per_device_train_batch_size=4, num_generations=4, max_completion_length=24,
            learning_rate=1e-6, logging_steps=1, report_to=[], use_cpu=True, save_strategy="no", seed=1, disable_tqdm=True))
    trainer.train()

for entry in trainer.state.log_history:
    if "reward" in entry:
        print(f"step {entry['step']}: mean reward {entry['reward']:.4f}, standard deviation {entry['reward_std']:.4f}")
alone = [tare_reward([prompt], [completion])[0] for prompt, completion, _ in seen]
differing = sum(a != b for a, (_, _, b) in zip(alone, seen))
print(f"{len(seen)} rewards, {differing} of them other than when asked for alone")
sys.exit(1 if differing else 0)
