"""verl 0.5.0 calls its custom reward function without awaiting it, so `tare.reward_func` and not `async_reward_func` as in
examples/trainers/verl_reward.py. REWARD_LOG gets what was asked and answered, to be asked for again."""
import json
import os

import tare

reward = tare.reward_func(url=os.environ["TARE_URL"])


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **kwargs):
    prompt = [dict(message) for message in extra_info["prompt"]]
    (value,) = reward([prompt], [solution_str])
    with open(os.environ["REWARD_LOG"], "a") as log:
        log.write(json.dumps({"prompt": prompt, "response": solution_str, "reward": value}) + "\n")
    return {"score": value}
