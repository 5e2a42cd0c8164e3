"""Shows that the pairs of `tare pairs` load in `datasets` and `trl`: both formats, up to a step of DPO and of reward training.

    python3 -m venv venv && venv/bin/pip install datasets==5.2.0 trl==1.16.0 torch transformers accelerate
    tare pairs scored.jsonl -o conversational.jsonl && tare pairs scored.jsonl --plain -o plain.jsonl
    venv/bin/python examples/load_pairs_in_trl.py conversational.jsonl plain.jsonl

Nothing is brought from anywhere: model and tokenizer are tiny, random and made here. Prints a line a file and fails where
something is not as TRL wants it.
"""
import copy
import logging
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from datasets import load_dataset  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: E402
from transformers import (  # noqa: E402
    PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification)
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer  # noqa: E402
from trl.data_utils import is_conversational  # noqa: E402

TEMPLATE = ("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")


def byte_tokenizer():
    """Bytes as tokens, and the marks of the template."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|pad|>")
    fast.add_special_tokens({"additional_special_tokens": ["<|user|>", "<|assistant|>", "<|system|>"]})
    fast.chat_template = TEMPLATE
    return fast


def tiny(architecture, tokenizer, **more):
    return architecture(Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, **more))


def check(path):
    pairs = load_dataset("json", data_files=path, split="train")
    wanted = {"prompt", "chosen", "rejected", "id", "score_chosen", "score_rejected"}
    assert wanted <= set(pairs.column_names), pairs.column_names
    assert all(s >= r for s, r in zip(pairs["score_chosen"], pairs["score_rejected"]))
    form = "conversational" if is_conversational(pairs[0]) else "plain"
    few = pairs.select(range(min(4, len(pairs))))
    tokenizer = byte_tokenizer()
    losses = {}
    with tempfile.TemporaryDirectory() as folder:
        common = dict(output_dir=folder, max_steps=1, per_device_train_batch_size=2, report_to="none", use_cpu=True,
                      bf16=False, max_length=256, disable_tqdm=True, save_strategy="no", logging_steps=1)
        model = tiny(Qwen2ForCausalLM, tokenizer)
        trainer = DPOTrainer(
            model=model, ref_model=copy.deepcopy(model), args=DPOConfig(**common), train_dataset=few,
            processing_class=tokenizer)
        losses["DPO"] = trainer.train().training_loss
        trainer = RewardTrainer(
            model=tiny(Qwen2ForSequenceClassification, tokenizer, num_labels=1),
            args=RewardConfig(**{**common, "max_length": None}), train_dataset=few, processing_class=tokenizer)
        losses["reward"] = trainer.train().training_loss
    steps = ", ".join(f"a step of {name} training: loss {loss:.3f}" for name, loss in losses.items())
    print(f"{path}: {len(pairs)} pairs, {form}; {steps}")


if len(sys.argv) < 2:
    sys.exit(__doc__)
for file in sys.argv[1:]:
    check(file)
