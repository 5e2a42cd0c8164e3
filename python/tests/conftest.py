"""What the tests share: a tiny reward model with weights of its own, and a table of scores."""
import json
import struct

import numpy as np
import pytest

LAYERS, HIDDEN, INNER, HEADS = 2, 16, 32, 2


def byte_alphabet():
    """GPT-2's characters for the 256 bytes."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in kept else next(others)) for byte in range(256)]


def safetensors(tensors, file):
    header, place = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [place, place + values.nbytes]}
        place += values.nbytes
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(values.tobytes() for values in tensors.values()))


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A Llama of 10,000 random weights with a reward head, which reads bytes, and Yes and No as one token each."""
    return made(tmp_path_factory.mktemp("model"), "LlamaForSequenceClassification")


@pytest.fixture(scope="session")
def chat_model(tmp_path_factory):
    """The same as a chat model."""
    return made(tmp_path_factory.mktemp("chat_model"), "LlamaForCausalLM")


def made(folder, architecture):
    random = np.random.default_rng(5)
    merges = ["Y e", "Ye s", "N o"]
    texts = [*byte_alphabet(), "<|end|>", *(merge.replace(" ", "") for merge in merges)]
    vocabulary = {text: number for number, text in enumerate(texts)}

    def matrix(*shape):
        return random.normal(0, 0.3, shape).astype(np.float32)
    tensors = {"model.embed_tokens.weight": matrix(len(texts), HIDDEN), "model.norm.weight": np.ones(HIDDEN, np.float32)}
    for layer in range(LAYERS):
        start = f"model.layers.{layer}."
        for name in ("q", "k", "v", "o"):
            tensors[f"{start}self_attn.{name}_proj.weight"] = matrix(HIDDEN, HIDDEN)
        for name, shape in (("gate", (INNER, HIDDEN)), ("up", (INNER, HIDDEN)), ("down", (HIDDEN, INNER))):
            tensors[f"{start}mlp.{name}_proj.weight"] = matrix(*shape)
        for name in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{start}{name}.weight"] = np.ones(HIDDEN, np.float32)
    tensors |= {"lm_head.weight": matrix(len(texts), HIDDEN)} if "Causal" in architecture else {"score.weight": matrix(1, HIDDEN)}
    safetensors(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({
        "architectures": [architecture], "model_type": "llama", "hidden_size": HIDDEN,
        "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS, "vocab_size": len(texts), "max_position_embeddings": 2048, "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": False, "pad_token_id": 256,
        "eos_token_id": 256, "bos_token_id": None, "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}))
    added = {"id": 256, "content": "<|end|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added], "normalizer": None,
        "pre_tokenizer": level, "post_processor": None, "decoder": level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary, "merges": merges}}))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "pad_token": "<|end|>",
        "added_tokens_decoder": {"256": added},
        "chat_template": "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}<|end|>{% endfor %}"
                         "{% if add_generation_prompt %}assistant: {% endif %}"}))
    return folder


@pytest.fixture(scope="session")
def columns():
    """200 responses to 100 prompts, whose scores grow with length."""
    rows = 200
    random = np.random.default_rng(7)
    length = random.integers(10, 900, rows)
    quality = random.normal(size=rows)
    label = np.array([int(quality[row] > quality[row ^ 1]) for row in range(rows)])
    return {
        "prompt_id": np.array([f"p{row // 2}" for row in range(rows)], dtype=object), "score": quality + length / 300,
        "length": length, "label": label}
