"""Reference hidden states and next-token logits of SmolLM2-135M-Instruct, read from the same GGUF by transformers.

  pip install torch==2.15.0 transformers==5.23.0 accelerate gguf==0.19.0 safetensors numpy
  python smollm2_reference.py models/SmolLM2-135M-Instruct.Q4_1.gguf LICENSE smollm2_reference.safetensors

For the first 1, 7, 128 and 1,500 tokens of the project's LICENSE: the ids, the state after the final norm at the first, middle and last
position, and at the last position the logits of 64 ids spread over the vocabulary. float32, unpadded, eager attention.
The largest difference between eager and sdpa attention is stored beside them (`<n>.spread`): what two correct float32
implementations differ by.
"""
import os, sys
import numpy as np, torch
from safetensors.numpy import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

path, text, out = sys.argv[1:4]
folder, name = os.path.split(os.path.abspath(path))
def load(kind):
    return AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32, attn_implementation=kind).eval()
eager, sdpa = load("eager"), load("sdpa")
all_ids = AutoTokenizer.from_pretrained(folder, gguf_file=name)(open(text).read(), add_special_tokens=False)["input_ids"]
tensors = {}
for n in (1, 7, 128, 1500):
    ids = np.array(all_ids[:n])
    assert len(ids) == n
    x = torch.tensor(ids)[None]
    with torch.inference_mode():
        a = eager.model(input_ids=x).last_hidden_state[0]
        b = sdpa.model(input_ids=x).last_hidden_state[0]
        logits = eager.lm_head(a[-1])
    at = sorted({0, n // 2, n - 1})
    chosen = np.arange(0, 49152, 768)
    tensors[f"{n}.ids"] = ids.astype(np.float32)
    tensors[f"{n}.positions"] = np.array(at, dtype=np.float32)
    tensors[f"{n}.hidden"] = a[at].numpy()
    tensors[f"{n}.logits"] = logits[chosen].numpy()
    tensors[f"{n}.spread"] = np.array([(a[at] - b[at]).abs().max()], dtype=np.float32)
    print(n, "max |hidden|", float(a[at].abs().max()), "spread", float(tensors[f"{n}.spread"][0]))
save_file(tensors, out, metadata={"torch": torch.__version__, "transformers": __import__("transformers").__version__})
