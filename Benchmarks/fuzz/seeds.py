#!/usr/bin/env python3
"""Copies the tests' fixtures into a corpus for libFuzzer, one folder per reader.

  python3 Benchmarks/fuzz/seeds.py .build/coverage-fuzz/corpus
"""
import base64
import gzip
import json
import pathlib
import sys

corpus = pathlib.Path(sys.argv[1])
tests = pathlib.Path(__file__).resolve().parents[2] / "Tests"


def keep(reader: str, name: str, data: bytes) -> None:
    folder = corpus / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(data)


templates = (tests / "TareTemplatesTests/Fixtures/snippets.jsonl").read_text().split("\n")[1:]
for number, line in enumerate(filter(None, templates)):
    keep("jinja", str(number), json.loads(line).get("template", "").encode())
for number, entry in enumerate(json.loads((tests / "TareTokenizersTests/Fixtures/tokenizers.json").read_text())["tokenizers"]):
    keep("tokenizer.json", str(number), json.dumps(entry["tokenizer"]).encode())
for number, entry in enumerate(json.loads((tests / "TareTokenizersTests/Fixtures/sentencepiece.json").read_text())["models"]):
    keep("tokenizer.model", str(number), base64.b64decode(entry["model"]))
for path in (tests / "TareFormatsTests/Fixtures").rglob("*"):
    if path.is_file() and path.stat().st_size < 1 << 16 and path.suffix != ".py":
        data = path.read_bytes()
        keep("table", path.name, data)
        if path.suffix == ".parquet":
            keep("parquet", path.name, data)
        if path.suffix in (".arrow", ".arrows", ".feather"):
            keep("arrow", path.name, data)
        if path.suffix in (".json", ".jsonl"):
            keep("json-value", path.name, data[:4000])
for path in (tests / "TareCalibrationTests/Fixtures/saved").rglob("*.json"):
    keep("calibration", f"{path.parent.name}-{path.name}", path.read_bytes())
for text in ("", "a,b\n1,2\n", "row,1\n" * 3000):
    keep("gzip", str(len(text)), gzip.compress(text.encode(), mtime=0))
# An empty frame, and one of a block of five bytes that are not compressed.
keep("zstd", "empty", bytes.fromhex("28b52ffd2000010000"))
keep("zstd", "five", bytes.fromhex("28b52ffd200529000068656c6c6f"))
for reader in sorted(corpus.iterdir()):
    print(reader.name, len(list(reader.iterdir())))
