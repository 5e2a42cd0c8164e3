#!/usr/bin/env python3
"""What `tare inspect --routing` and `--attention` cost over `tare score`, on models of 3 and of 28 layers with random weights.

  python3 -m venv venv && venv/bin/pip install numpy safetensors
  venv/bin/python Benchmarks/inside.py --moe FOLDER --gated FOLDER --output results/speed/NAME.json

The folders are models in Hugging Face layout, a qwen3_moe or llama_moe_rnn one and a gated qwen3 one: their tokenizers, templates
and configurations are taken, with layers of the sizes below. Scoring and inspecting take turns. "whole" is the ratio of the
processors' time of the two commands as they are typed, starts, loading and the comparison of experts' weights among it; "texts" has
the time of one text taken off both, which leaves what grows with the texts.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import numpy
from safetensors.numpy import save_file

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--moe", required=True)
parser.add_argument("--gated", required=True)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--pairs", default="datasets/balanced-pairs.jsonl")
parser.add_argument("--rows", type=int, nargs="+", default=[240, 60], help="rows of --pairs for each of --layers")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--precision", default="bfloat16")
parser.add_argument("--layers", type=int, nargs="+", default=[3, 28])
parser.add_argument("--output")
arguments = parser.parse_args()
work = pathlib.Path(tempfile.mkdtemp())
random = numpy.random.default_rng(0)
SIZES = {"hidden_size": 1024, "intermediate_size": 3072, "num_attention_heads": 16, "num_key_value_heads": 4, "head_dim": 64}
MIXTURE = {"num_experts": 32, "num_local_experts": 32, "num_experts_per_tok": 8, "moe_intermediate_size": 384}


def normal(*shape):
    bits = (random.standard_normal(shape, dtype=numpy.float32) * 0.02).view(numpy.uint32)
    # float32 with the precision of bfloat16
    return (bits & 0xFFFF0000).view(numpy.float32).astype(numpy.float16)


def model(source, layers):
    """A folder with the source's tokenizer and a model of these layers."""
    folder = work / f"{pathlib.Path(source).name}-{layers}"
    folder.mkdir()
    for name in os.listdir(source):
        if name not in ("config.json", "model.safetensors", "cases.jsonl"):
            shutil.copy(pathlib.Path(source) / name, folder)
    config = json.loads((pathlib.Path(source) / "config.json").read_text()) | SIZES
    config["num_hidden_layers"] = layers
    config.pop("layer_types", None)
    is_mixture = config["model_type"] == "qwen3_moe"
    if is_mixture:
        config |= MIXTURE
    h, d, heads, groups = config["hidden_size"], config["head_dim"], config["num_attention_heads"], config["num_key_value_heads"]
    gates = heads if config.get("headwise_attn_output_gate") else heads * d if config.get("elementwise_attn_output_gate") else 0
    tensors = {"model.embed_tokens.weight": normal(config["vocab_size"], h), "model.norm.weight": numpy.ones(h, numpy.float16),
               "score.weight": normal(1, h)}
    for layer in range(layers):
        place = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{place}{norm}.weight"] = numpy.ones(h, numpy.float16)
        for norm in ("q_norm", "k_norm"):
            tensors[f"{place}self_attn.{norm}.weight"] = numpy.ones(d, numpy.float16)
        for name, rows in (("q", heads * d + gates), ("k", groups * d), ("v", groups * d)):
            tensors[f"{place}self_attn.{name}_proj.weight"] = normal(rows, h)
        tensors[f"{place}self_attn.o_proj.weight"] = normal(h, heads * d)
        blocks = [("mlp.", config["intermediate_size"])]
        if is_mixture:
            tensors[f"{place}mlp.gate.weight"] = normal(config["num_experts"], h)
            blocks = [(f"mlp.experts.{e}.", config["moe_intermediate_size"]) for e in range(config["num_experts"])]
        for block, size in blocks:
            tensors[f"{place}{block}gate_proj.weight"] = normal(size, h)
            tensors[f"{place}{block}up_proj.weight"] = normal(size, h)
            tensors[f"{place}{block}down_proj.weight"] = normal(h, size)
    (folder / "config.json").write_text(json.dumps(config))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


rows = pathlib.Path(arguments.pairs).read_text().splitlines()


def cpu(command, count):
    path = work / "rows.jsonl"
    path.write_text("\n".join(rows[:count]) + "\n")
    before = os.times()
    out = subprocess.run([arguments.tare, *command(path)], check=True, capture_output=True, text=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, out.stdout


def overhead(folder, option, count):
    common = ["--model", folder, "--precision", arguments.precision]
    score = lambda path: ["score", path, "--output", work / "scores.jsonl", "--json", *common]
    inspect = lambda path: ["inspect", option, path, "--json", *common]
    whole, texts, tokens, seconds, alone = [], [], 0, [], []
    for _ in range(arguments.rounds):
        (bare, text), (bare_one, _) = cpu(score, count), cpu(score, 1)
        (told, _), (told_one, _) = cpu(inspect, count), cpu(inspect, 1)
        tokens = json.loads(text)["tokens"]
        whole.append(round(told / bare, 4))
        texts.append(round((told - told_one) / (bare - bare_one), 4))
        seconds.append(bare)
        alone.append(told_one - bare_one)
    return {"whole": whole, "whole_median": statistics.median(whole), "texts": texts, "texts_median": statistics.median(texts),
            "rows": count, "tokens": tokens, "seconds_of_scoring": round(statistics.median(seconds), 1),
            "seconds_of_one_text_more": round(statistics.median(alone), 2)}


result = {"precision": arguments.precision, "sizes": SIZES | MIXTURE, "overhead": {}}
for source, options in ((arguments.moe, ["--routing", "--attention"]), (arguments.gated, ["--attention"])):
    for layers, count in zip(arguments.layers, arguments.rows, strict=True):
        folder = model(source, layers)
        for option in options:
            name = f"{pathlib.Path(source).name}, {layers} layers, {option}"
            result["overhead"][name] = overhead(folder, option, count)
            print(name, result["overhead"][name], flush=True)
        shutil.rmtree(folder)
if arguments.output:
    pathlib.Path(arguments.output).write_text(json.dumps(result, indent=1) + "\n")
shutil.rmtree(work)
