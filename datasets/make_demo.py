#!/usr/bin/env python3
"""Makes the data that the program carries for `tare demo`: the pairs of balanced-pairs.jsonl, less what no command
reads, with the scores of Tests/tareTests/Fixtures/demo/scores.csv; and the head that gave the scores.

  python3 datasets/make_demo.py
"""
import csv
import gzip
import io
import json
import pathlib
import shutil

project = pathlib.Path(__file__).resolve().parent.parent
resources = project / "Sources/CFiles/demo"

with open(project / "Tests/tareTests/Fixtures/demo/scores.csv", newline="") as file:
    scores = {row.pop("id"): {name: float(score) for name, score in row.items()} for row in csv.DictReader(file)}
lines = []
for line in (project / "datasets/balanced-pairs.jsonl").read_text().splitlines():
    row = json.loads(line)
    row = {name: row[name] for name in ("id", "section", "subset", "prompt", "chosen", "rejected")}
    lines.append(json.dumps(row | scores[row["id"]], ensure_ascii=False) + "\n")
buffer = io.BytesIO()
with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
    file.write("".join(lines).encode())
resources.mkdir(parents=True, exist_ok=True)
(resources / "demo-scores.jsonl.gz").write_bytes(buffer.getvalue())
shutil.copy(project / "results/heads/smollm2-135m-alpaca.safetensors", resources)
