"""A reward function for OpenRLHF, which loads it from this file:

  python -m openrlhf.cli.train_ppo_ray --reward.remote_url examples/trainers/openrlhf_reward.py …

(older: --remote_rm_url). TARE_MODEL names the reward model, TARE_HEAD its head and TARE_CALIBRATION a calibration that
`tare.Calibration.save` wrote, where there are any. TARE_URL is a server that runs already, for several processes: each
that has none starts its own. Without a file of its own, `--reward.remote_url http://HOST:5000/get_reward` asks that
server directly.
"""
import functools
import os

import torch

import tare


@functools.cache
def server():
    if "TARE_URL" in os.environ:
        return tare.Client(os.environ["TARE_URL"])
    return tare.serve(
        os.environ["TARE_MODEL"], head=os.environ.get("TARE_HEAD"), calibration=os.environ.get("TARE_CALIBRATION"))


def reward_func(queries, prompts, labels, **kwargs):
    """Rewards of rendered conversations; where they are calibrated the raw ones are logged beside them."""
    rewards, raw = server().rewards_of_texts(queries, prompts)
    logs = {} if raw is None else {"raw_rewards": torch.tensor(raw)}
    return {"rewards": torch.tensor(rewards), "scores": torch.tensor(rewards), "extra_logs": logs}
