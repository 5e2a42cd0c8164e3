#!/usr/bin/env bash
# trl 1.16.0: RewardTrainer's eval_accuracy is a mean over batches, not over pairs, and leaves long pairs out.
#
# The accuracy (and margin, and mean reward) of each batch is averaged without weights: the last, smaller batch counts as
# much as a full one. And pairs longer than `max_length` (1024 tokens by default) are filtered out of the evaluation data
# as of the training data, with no metric that says how many. Two runs over one file are not comparable unless batch
# size, number of devices and max_length agree. Choose a batch size that divides the number of pairs, or score the pairs yourself.
#
# Seen: 8 equal pairs, 1 with the sides exchanged and 3 long ones; one kind is right. 9 pairs are left; eval_accuracy
# is 0.5 with batches of 8, and 1/9 or 8/9 with batches of 9. (On Linux, torch is a large download.)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile trl==1.16.0 transformers==5.24.0 accelerate==1.15.0 datasets==5.2.0 torch==2.13.0
cd "$work"
"$work/venv/bin/python" -W ignore - <<'P'
import datasets
import torch
import trl
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForSequenceClassification, PreTrainedTokenizerFast

datasets.disable_progress_bars()
torch.manual_seed(0)
words = ["<pad>", "<eos>", "<unk>", "good", "bad"]
raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")
pairs = [{"chosen": "good", "rejected": "bad"}] * 8 + [{"chosen": "bad", "rejected": "good"}]
long = [{"chosen": "good " * 2000, "rejected": "bad"}] * 3
data = datasets.Dataset.from_list(pairs + long)

def accuracy(batch):
    config = LlamaConfig(vocab_size=5, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                         num_attention_heads=1, num_labels=1, pad_token_id=0, eos_token_id=1)
    args = trl.RewardConfig(output_dir="out", report_to="none", use_cpu=True, bf16=False, disable_tqdm=True,
                            per_device_eval_batch_size=batch)
    trainer = trl.RewardTrainer(model=LlamaForSequenceClassification(config), args=args, train_dataset=data,
                                eval_dataset=data, processing_class=tokenizer)
    return len(trainer.eval_dataset), trainer.evaluate()["eval_accuracy"]

print("trl", trl.__version__)
eight, nine = accuracy(8), accuracy(9)
print("batches of 8:", eight, "batches of 9:", nine)
assert eight == (9, 0.5), eight
assert nine[0] == 9 and round(9 * nine[1], 4) in (1, 8), nine
P
