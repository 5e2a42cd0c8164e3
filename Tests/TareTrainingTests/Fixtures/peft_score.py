"""The score that PEFT gives token ids with an adapter on its base, in float32.

  python3 peft_score.py BASE ADAPTER ID,ID,…    (peft 0.21, transformers 5.23)
"""
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

base, adapter, ids = sys.argv[1:]
model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1, dtype=torch.float32)
model = PeftModel.from_pretrained(model, adapter).eval()
with torch.no_grad():
    print(f"{model(input_ids=torch.tensor([[int(i) for i in ids.split(',')]])).logits.item():.9g}")
