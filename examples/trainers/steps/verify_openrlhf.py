"""Compares what OpenRLHF logged, what the server answered it, what it answers now, and the weights.
  python verify_openrlhf.py FOLDER      (TARE_URL)"""
import json
import os
import pathlib
import statistics
import sys
import urllib.request

import safetensors.torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = pathlib.Path(sys.argv[1])
(events,) = folder.glob("tensorboard/*/events*")
logged = EventAccumulator(str(events))
logged.Reload()
seen = [json.loads(line) for line in (folder / "get_reward.jsonl").read_text().splitlines()]
steps, failed = logged.Scalars("train/reward"), False
assert len(steps) == 2, steps
size = len(seen) // 2
for number, step in enumerate(steps):
    rewards = [r for one in seen[number * size:(number + 1) * size] for r in one["answered"]["rewards"]]
    agrees = abs(step.value - statistics.fmean(rewards)) < 1e-5
    failed |= not agrees
    print(f"step {step.step}: {len(rewards)} rewards, mean of OpenRLHF {step.value:.7f}, of tare "
          f"{statistics.fmean(rewards):.7f}: {'equal' if agrees else 'DIFFERENT'}; kl "
          f"{logged.Scalars('train/kl')[number].value:.3e}")
differing = total = 0
for one in seen:
    for query, reward in zip(one["asked"]["query"], one["answered"]["rewards"], strict=True):
        body = json.dumps({"query": [query]}).encode()
        request = urllib.request.Request(
            os.environ["TARE_URL"] + "/get_reward", body, {"Content-Type": "application/json"})
        differing += json.load(urllib.request.urlopen(request))["rewards"][0] != reward
        total += 1
failed |= differing > 0
print(f"{total} rewards asked for again alone, {differing} differ")
before = safetensors.torch.load_file(folder / "policy" / "model.safetensors")
after = safetensors.torch.load_file(folder / "openrlhf" / "model.safetensors")
changed = [(after[name].float() - value.float()).abs().max().item() for name, value in before.items()]
failed |= not any(changed)
print(f"weights: {sum(value > 0 for value in changed)} of {len(changed)} tensors differ, at most by {max(changed):.2e}")
sys.exit(failed)
