"""Compares what verl printed, what its reward function was told, what the server says now, and the weights of each step.
  python verify.py FOLDER LOG      (TARE_URL)"""
import json
import os
import pathlib
import re
import statistics
import sys

import safetensors.torch
import torch
import torch.distributed.tensor  # noqa: F401, for the checkpoint's DTensors

import tare

folder = pathlib.Path(sys.argv[1])
log = pathlib.Path(sys.argv[2]).read_text()
seen = [json.loads(line) for line in (folder / "rewards.jsonl").read_text().splitlines()]
steps = re.findall(r"step:(\d+) - .*?critic/score/mean:(\S+) - critic/score/max:(\S+) - critic/score/min:(\S+)", log)
assert len(steps) == 2, steps
size, failed = len(seen) // 2, False
for number, (step, *printed) in enumerate(steps):
    rewards = [row["reward"] for row in seen[number * size:(number + 1) * size]]
    served = [statistics.fmean(rewards), max(rewards), min(rewards)]
    agrees = all(abs(float(a) - b) < 1e-6 for a, b in zip(printed, served))
    failed |= not agrees
    print(f"step {step}: {size} rewards, mean, max, min of verl {' '.join(printed)}; of tare "
          f"{' '.join(f'{value:.7f}' for value in served)}: {'equal' if agrees else 'DIFFERENT'}")
again = tare.reward_func(url=os.environ["TARE_URL"])
alone = [again([row["prompt"]], [row["response"]])[0] for row in seen]
differing = sum(a != row["reward"] for a, row in zip(alone, seen))
failed |= differing > 0
print(f"{len(seen)} rewards asked for again, {differing} differ")

torch.distributed.init_process_group("gloo", rank=0, world_size=1, init_method="tcp://127.0.0.1:29611")
before = safetensors.torch.load_file(folder / "policy" / "model.safetensors")
for step in (1, 2):
    (file,) = folder.glob(f"checkpoints/global_step_{step}/actor/model_world_size_1_rank_0.pt")
    after = {name: value.full_tensor() if hasattr(value, "full_tensor") else value
             for name, value in torch.load(file, weights_only=False).items()}
    changed = {name: (after[name].float() - value.float()).abs().max().item() for name, value in before.items()}
    moved = sum(value > 0 for value in changed.values())
    failed |= moved == 0
    print(f"weights of step {step} against before: {moved} of {len(changed)} tensors differ, at most by {max(changed.values()):.2e}")
    before = after
sys.exit(failed)
