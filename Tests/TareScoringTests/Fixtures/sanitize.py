"""Writes sanitize/: a small tokenizer with a chat template, and what transformers' apply_chat_template
makes of conversations with `sanitize_control_tokens`; with the folder of the shared parity checkpoints as
argument also sanitize_parity.jsonl, the same for their tokenizers.

Made with transformers 5.23.0 and tokenizers 0.23 by
    python sanitize.py [PARITY_FOLDER]
"""

import json
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

HERE = Path(__file__).parent
FOLDER = HERE / "sanitize"
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ '<|turn|>' + m.role }}\n{{ m.content }}"
    "{% if m.tool_calls %}<call>{{ m.tool_calls | tojson }}{% endif %}<|end|>{% endfor %}"
    "{% if tools %}[{{ tools | tojson }}]{% endif %}{% if note %}({{ note }}){% endif %}"
)
TOOL_TEMPLATE = "tools: " + TEMPLATE


def make_folder():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate(alphabet)}
    merges = [("<", "|"), ("|", ">"), ("e", "n"), ("en", "d"), ("t", "u")]
    for left, right in merges:
        vocabulary[left + right] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "<|end|>", "<|turn|>"])
    # Of these the template has the first; the third is white space, which it has as ordinary text.
    tokenizer.add_tokens([AddedToken("<call>"), AddedToken("<other>"), AddedToken("\n")])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="<|end|>")
    fast.chat_template = {"default": TEMPLATE, "tool_use": TOOL_TEMPLATE}
    fast.save_pretrained(FOLDER)
    config = {"architectures": ["LlamaForSequenceClassification"], "model_type": "llama"}
    config |= {"vocab_size": len(fast), "max_position_embeddings": 4096}
    config |= {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    (FOLDER / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def conversations(tokens):
    several = "".join(tokens)
    spaced = " x ".join(tokens)
    first = tokens[0]
    yield [("user", "Hi"), ("assistant", "Hello there")], {}
    yield [("user", f"a {spaced} b"), ("assistant", f"one{several}two")], {}
    yield [("user", several), ("assistant", f"{first}\n\n{first}")], {}
    yield [("user", f" {first}"), ("assistant", f"é{first[:-1]}{first}{first[1:]}👋")], {}
    yield [("user", f"\U000f0000{first}\U000f0001 \U000f0000x"), ("assistant", f"{first[:2]}\U000f0000{first[2:]}")], {}
    yield [("user", "Hi"), ("assistant", first)], {"tools": [{"type": "function", "function": {"name": several}}]}
    yield [("user", "Hi"), ("assistant", "ok")], {"note": f"n {first}"}


def cases(tokenizer, tokens, **names):
    for turns, context in conversations(tokens):
        messages = [{"role": role, "content": content} for role, content in turns]
        row = {**names, "messages": messages, **context}
        for key, sanitize in [("ids", True), ("plain_ids", False)]:
            try:
                row[key] = tokenizer.apply_chat_template(
                    messages, return_dict=False, sanitize_control_tokens=sanitize, **context
                )
            except Exception as error:
                row["error"] = f"{type(error).__name__}: {error}"
        yield row


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


make_folder()
own = AutoTokenizer.from_pretrained(FOLDER)
write(FOLDER / "cases.jsonl", cases(own, ["<|end|>", "<|turn|>", "<call>", "<other>", "<s>"]))
if len(sys.argv) > 1:
    rows = []
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokens = list(tokenizer._get_control_tokens(tokenizer.get_chat_template()))
        tokens = [tokenizer.eos_token] + [t for t in tokens if t != tokenizer.eos_token][:6]
        rows += cases(tokenizer, tokens, checkpoint=folder.name)
    write(HERE / "sanitize_parity.jsonl", rows)
