#!/usr/bin/env python3
"""The clients that trainers and applications use, each against one `tare serve`, and that all get the same reward.

  tare serve --model MODEL --head HEAD --port 5000 &
  python3 -m venv venv && venv/bin/pip install cohere huggingface_hub aiohttp requests ray omegaconf tensordict \
      torch transformers accelerate gguf pylatexenc
  venv/bin/pip install --no-deps openrlhf verl trl
  venv/bin/python examples/serve/clients.py http://127.0.0.1:5000 MODEL.gguf

A client that is not installed is passed over and named. Exits with 1 if two clients disagree.
"""
import asyncio
import importlib.machinery
import json
import math
import pathlib
import sys
import types
import urllib.request

url, model = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2])
prompt = "Why is the sky blue?"
answers = ["Because air scatters blue light more than red.", "It is.", "I do not know; ask somebody else, please."]


def ask(path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))


def messages(answer):
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def direct():
    """What the server says of the conversation, rendered by its own template: the reward to compare with."""
    return [ask("/classify", {"messages": messages(a), "use_activation": False})["data"][0]["probs"][0] for a in answers]


def tokenizer():
    import transformers

    if model.suffix == ".gguf":
        return transformers.AutoTokenizer.from_pretrained(str(model.parent), gguf_file=model.name)
    return transformers.AutoTokenizer.from_pretrained(str(model))


def openrlhf():
    """OpenRLHF's own code for `--reward.remote_url`, as its rollouts call it: a query at a time."""
    from openrlhf.utils.agent import SingleTurnAgentExecutor

    template = tokenizer().apply_chat_template
    executor = SingleTurnAgentExecutor([url + "/get_reward"])
    rewards = []
    for answer in answers:
        start = template(messages(answer)[:1], tokenize=False, add_generation_prompt=True)
        query = template(messages(answer), tokenize=False)
        (result,) = asyncio.run(executor._fetch_rewards_via_http([query], [start], [""]))
        rewards.append(result["scores"][0])
    return rewards


def verl(engine):
    """verl's own RewardLoopWorker with a discriminative reward model; what it needs of a cluster is left out."""
    stub_missing("verl.experimental.reward_loop.reward_model", "RewardModelManager")
    import numpy
    import omegaconf
    import torch
    from verl.experimental.reward_loop import reward_loop
    from verl.protocol import DataProto

    worker_class = reward_loop.RewardLoopWorker
    worker = worker_class.__new__(worker_class)
    worker.reward_router_address = url.removeprefix("http://")
    worker.input_tokenizer = worker.reward_model_tokenizer = tokenizer()
    worker.config = omegaconf.OmegaConf.create(
        {"reward": {"reward_model": {"rollout": {"name": engine}, "model_path": model.name}}})
    rewards = []
    for answer in answers:
        ids = torch.tensor([worker.input_tokenizer(answer, add_special_tokens=False)["input_ids"]])
        chat = numpy.empty(1, dtype=object)
        chat[0] = messages(answer)[:1]
        data = DataProto.from_dict(
            {"responses": ids, "attention_mask": torch.ones_like(ids)}, non_tensors={"raw_prompt": chat})
        rewards.append(asyncio.run(worker.compute_score_disrm(data))["reward_score"])
    return rewards


def trl():
    """A reward function for TRL's GRPOTrainer (`reward_funcs=[tare_reward]`), called as the trainer calls it."""
    from trl_reward import tare_reward

    completions = [[{"role": "assistant", "content": a}] for a in answers]
    return tare_reward(prompts=[messages("")[:1]] * len(answers), completions=completions, url=url)


def cohere():
    """Cohere's client; its relevance is the reward's sigmoid."""
    import cohere

    client = cohere.ClientV2(api_key="none", base_url=url)
    results = client.rerank(model="tare", query=prompt, documents=answers).results
    return unsorted((r.index, logit(r.relevance_score)) for r in results)


def jina():
    """Jina's API has no client of its own; a request as its documentation has it."""
    body = {"model": "tare", "query": prompt, "documents": [{"text": a} for a in answers], "top_n": 3}
    return unsorted((r["index"], logit(r["relevance_score"])) for r in ask("/v1/rerank", body)["results"])


def huggingface_hub():
    """huggingface_hub's inference client, as for a text-embeddings-inference server."""
    import huggingface_hub

    client = huggingface_hub.InferenceClient(base_url=url)
    template = tokenizer().apply_chat_template
    results = [client.text_classification(template(messages(a), tokenize=False)) for a in answers]
    return [logit((r[0] if isinstance(r, list) else r).score) for r in results]


def stub_missing(name, member):
    """A module that needs GPUs to be imported, and is not used here."""
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    setattr(module, member, type(member, (), {}))
    sys.modules[name] = module


def logit(p):
    return math.log(p / (1 - p))


def unsorted(pairs):
    return [value for _, value in sorted(pairs)]


wanted = direct()
print(f"{'the server itself':22}", *(f"{r:.6f}" for r in wanted))
failed = False
for name, client in [
    ("openrlhf", openrlhf), ("verl, engine vllm", lambda: verl("vllm")), ("verl, engine sglang", lambda: verl("sglang")),
    ("trl, GRPO", trl), ("cohere", cohere), ("jina", jina), ("huggingface_hub", huggingface_hub),
]:
    try:
        rewards = client()
    except ImportError as error:
        print(f"{name:22} not installed: {error}")
        continue
    agrees = all(abs(a - b) < 1e-5 * max(1, abs(b)) for a, b in zip(rewards, wanted, strict=True))
    failed |= not agrees
    print(f"{name:22}", *(f"{r:.6f}" for r in rewards), "" if agrees else "DIFFERENT")
sys.exit(failed)
