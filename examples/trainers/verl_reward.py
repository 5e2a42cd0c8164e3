"""A reward function for verl, which loads it from this file:

  python -m verl.trainer.main_ppo reward.custom_reward_function.path=examples/trainers/verl_reward.py \\
      reward.custom_reward_function.name=compute_score …

verl hands over the response alone, so that the data's column `extra_info` must hold the prompt: `prompt`, a list of
messages, or `question`, a text. TARE_MODEL names the reward model, TARE_HEAD its head and TARE_CALIBRATION a calibration
that `tare.Calibration.save` wrote, where there are any. TARE_URL is a server that runs already, for several processes:
each that has none starts its own.
"""
import functools
import os

import tare


@functools.cache
def rewards():
    calibration = os.environ.get("TARE_CALIBRATION")
    if "TARE_URL" in os.environ:
        return tare.async_reward_func(url=os.environ["TARE_URL"], calibration=calibration)
    return tare.async_reward_func(os.environ["TARE_MODEL"], head=os.environ.get("TARE_HEAD"), calibration=calibration)


async def compute_score(data_source, solution_str, ground_truth, extra_info=None, **kwargs):
    """The reward of one response; verl runs many at the same time."""
    info = extra_info or {}
    prompt = info.get("prompt")
    prompt = info["question"] if prompt is None else list(prompt)
    (reward,) = await rewards()([prompt], [solution_str])
    return {"score": reward}
