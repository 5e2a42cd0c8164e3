#!/usr/bin/env python3
"""Two steps of TRL's GRPOTrainer with rewards by `tare.reward_func`, and an evaluation by `tare.TrlCallback`.

  make build model
  pip install trl torch transformers gguf datasets
  TARE_BINARY=.build/release/tare PYTHONPATH=python/src python3 examples/trainers/trl_grpo.py

The policy is SmolLM2-135M on the CPU, and the reward model is the same with the project's head: what is shown is that
trainer and rewards go together, not a better policy. The calibration is fitted to beginnings of answers that are about
as long as the completions are: beyond the lengths that it was fitted to a calibration stays at its end value. Every
reward that the trainer saw is then asked for alone, and the script exits with 1 if one of them differs.
"""
import pathlib
import sys
import tempfile
import warnings

import torch
from datasets import Dataset, load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

import tare

root = pathlib.Path(__file__).parents[2]
model = root / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"
head = root / "results" / "heads" / "smollm2-135m-alpaca.safetensors"
# The calibration is of the length of responses, which the server counts alike.
warnings.filterwarnings("ignore", ".*(is|,) taken for (the response's )?Unicode scalars", tare.TareWarning)

pairs = load_dataset("json", data_files=str(root / "datasets" / "balanced-pairs.jsonl"), split="train")
beginnings = [
    {"prompt": row["prompt"], "response": row["chosen"][:characters]}
    for row in pairs.select(range(12)) for characters in (20, 60, 100, 140)]
scores = tare.score(beginnings, model, head=head)
fitted = tare.calibrate(scores.table, method="lowess", label="none")
calibration = fitted.calibration
print(f"calibration: {calibration.method} on {len(scores.table)} responses")

reward = tare.reward_func(model, head=head, calibration=calibration)

tokenizer = AutoTokenizer.from_pretrained(model.parent, gguf_file=model.name)
read = AutoModelForCausalLM.from_pretrained(model.parent, gguf_file=model.name, dtype=torch.float32)
# The trainer takes what was read from a quantised file for quantised still.
if hasattr(read.config, "quantization_config"):
    del read.config.quantization_config
policy = AutoModelForCausalLM.from_config(read.config)
policy.load_state_dict(read.state_dict())

prompts = [{"prompt": [{"role": "user", "content": text}]} for text in pairs[24:32]["prompt"]]
with tempfile.TemporaryDirectory() as folder:
    trainer = GRPOTrainer(
        model=policy, processing_class=tokenizer, reward_funcs=[reward], train_dataset=Dataset.from_list(prompts[:6]),
        eval_dataset=Dataset.from_list(prompts[6:]),
        args=GRPOConfig(
            output_dir=folder, max_steps=2, per_device_train_batch_size=4, per_device_eval_batch_size=4,
            num_generations=4, num_generations_eval=4, max_completion_length=20, learning_rate=1e-6, logging_steps=1,
            eval_strategy="steps", eval_steps=2, report_to=[], use_cpu=True, save_strategy="no", seed=1, disable_tqdm=True))
    trainer.add_callback(tare.TrlCallback(reward, trainer))
    seen = []

    class Witness:
        """Keeps what the trainer was given, to ask for it again."""
        __name__ = "witness"

        def __call__(self, prompts, completions, **columns):
            rewards = reward(prompts, completions, **columns)
            seen.extend(zip(prompts, completions, rewards))
            return rewards
    trainer.reward_funcs[0] = Witness()
    trainer.train()

for entry in trainer.state.log_history:
    if "reward" in entry:
        print(f"step {entry['step']}: reward {entry['reward']:.4f}, standard deviation {entry['reward_std']:.4f}, "
              f"raw {entry['tare/reward_raw']:.4f}, calibrated {entry['tare/reward_calibrated']:.4f}")
evaluation = {name: value for entry in trainer.state.log_history for name, value in entry.items() if "tare/" in name}
print("evaluation:")
print(f"  {'mean_length':18} {evaluation['eval_tare/mean_length']:8.4f}")
for name in ("reward", "length_correlation", "best_of_1", "best_of_2", "best_of_3", "best_of_4"):
    print(f"  {name:18}", *(f"{evaluation[f'eval_tare/{name}_{kind}']:8.4f}" for kind in ("raw", "calibrated")))
alone = [reward([prompt], [completion])[0] for prompt, completion, _ in seen]
differing = sum(a != b for a, (_, _, b) in zip(alone, seen))
print(f"{len(seen)} rewards, {differing} of them other than when asked for alone")
sys.exit(1 if differing else 0)
