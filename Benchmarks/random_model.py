#!/usr/bin/env python3
"""Writes a model of a real one's shape with random weights, for benchmarks: speed does not depend on the numbers.

  python3 -m venv venv && venv/bin/pip install gguf
  venv/bin/python Benchmarks/random_model.py qwen3-0.6b models/SmolLM2-135M-Instruct.Q4_1.gguf models/qwen3-0.6b-random.gguf

Vocabulary and chat template are the second argument's, so that real texts can be scored; ids above it are never used.
Weights are bfloat16, drawn with the seed 0.
"""
import sys

import gguf
import numpy

SHAPES = {
    "smollm2-135m": dict(
        architecture="llama", hidden=576, inner=1536, layers=30, heads=9, key_heads=3, head=64, vocabulary=49152,
        base=100_000.0, head_norms=False),
    "qwen3-0.6b": dict(
        architecture="qwen3", hidden=1024, inner=3072, layers=28, heads=16, key_heads=8, head=128, vocabulary=151936,
        base=1_000_000.0, head_norms=True),
}


def main():
    name, vocabulary, path = sys.argv[1:]
    shape = SHAPES[name]
    architecture = shape["architecture"]
    reader = gguf.GGUFReader(vocabulary)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"{name}, random weights")
    writer.add_context_length(32768)
    writer.add_embedding_length(shape["hidden"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["inner"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["key_heads"])
    writer.add_key_length(shape["head"])
    writer.add_value_length(shape["head"])
    writer.add_rope_dimension_count(shape["head"])
    writer.add_rope_freq_base(shape["base"])
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(shape["vocabulary"])
    for field in reader.fields.values():
        if not field.name.startswith("tokenizer."):
            continue
        value = field.contents()
        if field.name == "tokenizer.ggml.tokens":
            value += [f"<unused{i}>" for i in range(len(value), shape["vocabulary"])]
        if field.name == "tokenizer.ggml.token_type":
            value += [5] * (shape["vocabulary"] - len(value))
        writer.add_key_value(
            field.name, value, field.types[0], sub_type=field.types[-1] if len(field.types) > 1 else None)

    random = numpy.random.default_rng(0)

    def matrix(tensor, *size):
        values = random.standard_normal(size, dtype=numpy.float32) * 0.02
        bits = values.view(numpy.uint32)
        rounded = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(numpy.uint16)
        writer.add_tensor(
            tensor, rounded.view(numpy.uint8).reshape(*size[:-1], 2 * size[-1]), raw_dtype=gguf.GGMLQuantizationType.BF16)

    def ones(tensor, size):
        writer.add_tensor(tensor, numpy.ones(size, dtype=numpy.float32))

    hidden, inner, head = shape["hidden"], shape["inner"], shape["head"]
    matrix("token_embd.weight", shape["vocabulary"], hidden)
    ones("output_norm.weight", hidden)
    for layer in range(shape["layers"]):
        place = f"blk.{layer}."
        ones(place + "attn_norm.weight", hidden)
        ones(place + "ffn_norm.weight", hidden)
        if shape["head_norms"]:
            ones(place + "attn_q_norm.weight", head)
            ones(place + "attn_k_norm.weight", head)
        matrix(place + "attn_q.weight", shape["heads"] * head, hidden)
        matrix(place + "attn_k.weight", shape["key_heads"] * head, hidden)
        matrix(place + "attn_v.weight", shape["key_heads"] * head, hidden)
        matrix(place + "attn_output.weight", hidden, shape["heads"] * head)
        matrix(place + "ffn_gate.weight", inner, hidden)
        matrix(place + "ffn_up.weight", inner, hidden)
        matrix(place + "ffn_down.weight", hidden, inner)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
