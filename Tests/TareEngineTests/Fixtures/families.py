"""Tiny checkpoints of every family, head and file form that Tare reads, with the states and scores that transformers
computes from them. See families/README.md for what each is.

  pip install torch==2.15.0 transformers==5.23.0 peft==0.21.2 gguf==0.19.0 safetensors==0.8.0
  python families.py [part...]

References are float64 over the stored weights with transformers' own float32 rotary tables; `deviation` is what
transformers' float32 eager result differs from that by at most.
"""
import importlib, os, sys

os.environ["HF_HUB_OFFLINE"] = "1"

PARTS = ["decoders", "dense", "gemma4", "experts", "encoders", "remote", "heads", "others", "storage", "starts", "ggufs", "quantized"]
for part in sys.argv[1:] or PARTS:
    importlib.import_module(f"families_reference.{part}").make()
    print(part)
