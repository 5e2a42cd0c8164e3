"""Writes one table in every text container, as pandas and polars write them.

Run with pandas==3.1.1 and polars==2.1.0, and zstd's command: python make.py FOLDER. The values are drawn with a seed, so
that the same versions give the same bytes. `plain.csv` is the table that all others must read as.
"""
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl

assert pd.__version__ == "3.1.1", pd.__version__
assert pl.__version__ == "2.1.0", pl.__version__
out = Path(sys.argv[1])
random.seed(20)



def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


rows = []
for prompt in range(6):
    for response in range(2):
        rows.append({
            "prompt_id": f"p{prompt}",
            "prompt": f"Question {prompt}",
            "score": round(random.gauss(0, 3), 4),
            "length": random.randint(1, 2000),
            "label": response,
            "response": random.choice([
                "plain", "with, comma", 'a "quote"', "two\nlines", "é 😀", "semi; colon", "tab\there",
                "bar | bar", "1,5", " blanks ", "#hash",
            ]),
        })
frame = pd.DataFrame(rows)
csv = dict(index=False, lineterminator="\n")
frame.to_csv(out / "plain.csv", **csv)

# CSV
frame.to_csv(out / "pandas-semicolon.csv", sep=";", **csv)
frame.to_csv(out / "pandas-tab.tsv", sep="\t", **csv)
frame.to_csv(out / "pandas-bar.csv", sep="|", **csv)
frame.to_csv(out / "pandas-decimal.csv", sep=";", decimal=",", **csv)
frame.to_csv(out / "pandas-decimal-comma.csv", decimal=",", **csv)
frame.to_csv(out / "pandas-quoted.csv", quoting=1, **csv)
frame.to_csv(out / "pandas-index.csv", lineterminator="\n")
frame.to_csv(out / "pandas-crlf.csv", index=False, lineterminator="\r\n")
frame.to_csv(out / "pandas-bom.csv", encoding="utf-8-sig", **csv)
frame.to_csv(out / "pandas-utf16.csv", encoding="utf-16", sep="\t", **csv)
frame.to_csv(out / "pandas-utf16be.csv", encoding="utf-16-be", **csv)
frame.to_csv(out / "pandas-utf16le.csv", encoding="utf-16-le", **csv)
frame.to_csv(out / "pandas.csv.gz", compression={"method": "gzip", "mtime": 0}, **csv)
(out / "pandas.csv.zst").write_bytes(zstd((out / "plain.csv").read_bytes()))
table = pl.from_pandas(frame)
table.write_csv(out / "polars.csv")
table.write_csv(out / "polars-decimal.csv", separator=";", decimal_comma=True)
table.write_csv(out / "polars-bom.csv", include_bom=True)
table.write_csv(out / "polars-quoted.csv", quote_style="always")

# JSON
frame.to_json(out / "pandas-columns.json")
for orient in ["records", "split", "index", "table"]:
    frame.to_json(out / f"pandas-{orient}.json", orient=orient)
frame.to_json(out / "pandas-values.json", orient="values")
frame.to_json(out / "pandas-lines.jsonl", orient="records", lines=True)
frame.to_json(out / "pandas-indent.json", orient="columns", indent=2)
frame.astype(str).to_json(out / "pandas-strings.jsonl", orient="records", lines=True)
(out / "pandas-list.json").write_text(json.dumps(frame.to_dict("list")))
(out / "pandas-tight.json").write_text(json.dumps(frame.to_dict("tight")))
(out / "data.json").write_text(json.dumps({"data": frame.to_dict("records"), "version": 1}))
(out / "hub.json").write_text(json.dumps({
    "features": [], "rows": [
        {"row_idx": n, "row": row, "truncated_cells": []}
        for n, row in enumerate(frame.to_dict("records"))],
    "num_rows_total": len(frame)}))
(out / "sequence.json").write_text(
    "".join(json.dumps(row, indent=2) + "\n" for row in frame.to_dict("records")))
table.write_json(out / "polars.json")
table.write_ndjson(out / "polars.jsonl")

# Two gzip members, and two zstd frames.
lines = (out / "pandas-lines.jsonl").read_bytes().splitlines(keepends=True)
parts = [b"".join(lines[:5]), b"".join(lines[5:])]
(out / "members.jsonl.gz").write_bytes(b"".join(gzip.compress(part, mtime=0) for part in parts))
(out / "frames.jsonl.zst").write_bytes(b"".join(zstd(part) for part in parts))
