#!/usr/bin/env python3
"""Each trainer's own code calls its reward function of this folder, and must get what `tare.score` says.

  make build model
  pip install --no-deps openrlhf verl trl
  pip install ray omegaconf hydra-core codetiming tensordict torch transformers accelerate gguf pylatexenc aiohttp datasets
  TARE_BINARY=.build/release/tare PYTHONPATH=python/src python3 examples/trainers/check.py

The trainers are not run, which takes GPUs: OpenRLHF's executor of single turns and verl's loader and reward manager are
called as their rollouts call them. A trainer that is not installed is passed over and named. Exits with 1 if two differ.
"""
import asyncio
import importlib.machinery
import os
import pathlib
import sys
import tempfile
import types
import warnings

import tare

here = pathlib.Path(__file__).parent
root = here.parents[1]
model = root / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf"
head = root / "results" / "heads" / "smollm2-135m-alpaca.safetensors"
prompt = "Why is the sky blue?"
answers = ["Because air scatters blue light more than red.", "It is.", "I do not know; ask somebody else, please."]


def messages(answer):
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def tokenizer():
    import transformers
    return transformers.AutoTokenizer.from_pretrained(str(model.parent), gguf_file=model.name)


def direct(calibration):
    rows = [{"prompt": prompt, "response": answer} for answer in answers]
    scored = tare.score(rows, model, head=head, progress=False)
    return [row["calibrated"] for row in calibration.apply(scored.table, score="score").table]


def trl(calibration):
    """As GRPOTrainer calls it: prompts and completions as messages, every column beside them."""
    function = tare.reward_func(model, head=head, calibration=calibration)
    completions = [messages(answer)[1:] for answer in answers]
    return function(prompts=[messages("")[:1]] * 3, completions=completions, completion_ids=[[1]] * 3, trainer_state=None)


def openrlhf(calibration):
    from openrlhf.utils.agent import SingleTurnAgentExecutor
    executor = SingleTurnAgentExecutor([str(here / "openrlhf_reward.py")])
    template = tokenizer().apply_chat_template
    start = template(messages("")[:1], tokenize=False, add_generation_prompt=True)
    queries = [template(messages(answer), tokenize=False) for answer in answers]
    results = asyncio.run(executor._fetch_rewards_via_func(queries, [start] * 3, [""] * 3))
    return [float(result["rewards"][0]) for result in results]


def verl(calibration):
    # It needs GPUs to be imported, and is not used here.
    stub = types.ModuleType("verl.experimental.reward_loop.reward_model")
    stub.__spec__ = importlib.machinery.ModuleSpec(stub.__name__, None)
    stub.RewardModelManager = type("RewardModelManager", (), {})
    sys.modules[stub.__name__] = stub
    import numpy
    import omegaconf
    import torch
    from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
    from verl.protocol import DataProto
    from verl.trainer.ppo.reward import get_custom_reward_fn
    config = omegaconf.OmegaConf.create({"reward": {"custom_reward_function": {
        "path": str(here / "verl_reward.py"), "name": "compute_score"}}})
    own = tokenizer()

    async def run():
        manager = NaiveRewardManager(config, own, get_custom_reward_fn(config))
        manager.loop = asyncio.get_running_loop()
        rewards = []
        for answer in answers:
            ids = torch.tensor([own(answer, add_special_tokens=False)["input_ids"]])
            columns = {"data_source": "example", "reward_model": {"ground_truth": ""},
                       "extra_info": {"prompt": messages(answer)[:1]}}
            cells = {}
            for name, value in columns.items():
                cells[name] = numpy.empty(1, dtype=object)
                cells[name][0] = value
            data = DataProto.from_dict({"responses": ids, "attention_mask": torch.ones_like(ids)}, non_tensors=cells)
            rewards.append((await manager.run_single(data))["reward_score"])
        return rewards
    return asyncio.run(run())


warnings.simplefilter("ignore", tare.TareWarning)
fit = [{"prompt": "q", "response": "x" * n, "score": n / 100} for n in range(1, 120, 3)]
calibration = tare.Calibration.fit(fit, method="lowess", label="none")
failed = False
with tempfile.TemporaryDirectory() as folder:
    calibration.save(f"{folder}/length.json")
    os.environ |= {"TARE_MODEL": str(model), "TARE_HEAD": str(head), "TARE_CALIBRATION": f"{folder}/length.json"}
    wanted = direct(calibration)
    print(f"{'tare.score':12}", *(f"{reward:.6f}" for reward in wanted))
    for name, client in (("TRL", trl), ("OpenRLHF", openrlhf), ("verl", verl)):
        try:
            rewards = client(calibration)
        except ImportError as error:
            print(f"{name:12} not installed: {error}")
            continue
        agrees = all(abs(a - b) < 1e-5 * max(1, abs(b)) for a, b in zip(rewards, wanted, strict=True))
        failed |= not agrees
        print(f"{name:12}", *(f"{reward:.6f}" for reward in rewards), "" if agrees else "DIFFERENT")
sys.exit(failed)
