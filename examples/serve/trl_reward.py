"""A reward function for TRL's GRPOTrainer that asks `tare serve`.

  from trl_reward import tare_reward
  GRPOTrainer(model=..., reward_funcs=[tare_reward], ...)

TARE_URL is the server's address, http://127.0.0.1:5000 without it. Conversational and plain data both work.
"""
import os
from concurrent.futures import ThreadPoolExecutor

import requests


def tare_reward(prompts, completions, url=None, **columns):
    """The reward of each completion, in order: raw, or calibrated where the server has a calibration."""
    url = url or os.environ.get("TARE_URL", "http://127.0.0.1:5000")

    def reward(prompt, completion):
        if isinstance(prompt, str):
            prompt, completion = [{"role": "user", "content": prompt}], [{"role": "assistant", "content": completion}]
        body = {"messages": prompt + completion, "use_activation": False}
        answer = requests.post(f"{url}/classify", json=body, timeout=180)
        answer.raise_for_status()
        return answer.json()["data"][0]["probs"][0]

    # At once, so that the server packs them together and computes a prompt once for all its completions.
    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(reward, prompts, completions))
