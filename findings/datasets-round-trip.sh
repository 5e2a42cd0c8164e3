#!/usr/bin/env bash
# datasets 5.2.0: neither to_json nor to_csv gives back the same reward data: one changes scores, the other removes texts.
#
# `Dataset.to_json` writes through pandas with ten decimals: 1.2e-11 becomes 0.0, two near scores become a tie, infinities
# become null. `Dataset.to_csv` keeps all digits, but `load_dataset("csv")` reads the texts "null", "NA", "None", "nan"
# and "" as missing, and they are answers that models give. The numbers in the JSON file look exact, and nothing is
# reported. Use `to_parquet`; with CSV pass `keep_default_na=False`, with JSON Lines `double_precision=15` (decimals, not
# digits; infinities stay null).
#
# Seen: by JSON 4 of 6 scores change and no text, by CSV no finite or infinite score and 5 of 6 texts; by Parquet nothing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pandas==3.1.1 pyarrow==26.0.0
cd "$work"
"$work/venv/bin/python" - <<'P'
import datasets

datasets.disable_progress_bars()
print("datasets", datasets.__version__)
rows = {"score": [1.23456789012345e-11, 0.1 + 0.2, 2.0000000000001, 2.0, float("-inf"), -1.5],
        "response": ["null", "NA", "None", "nan", "", "yes"]}
data = datasets.Dataset.from_dict(rows)

def changed(kind):
    path = f"rows.{kind}"
    getattr(data, f"to_{kind}")(path)
    read = datasets.load_dataset(kind, data_files=path, split="train", cache_dir=f"cache-{kind}").to_dict()
    print(kind, read)
    return [sum(a != b for a, b in zip(rows[name], read[name])) for name in rows]

counts = {kind: changed(kind) for kind in ("json", "csv", "parquet")}
print(counts)
assert counts == {"json": [4, 0], "csv": [0, 5], "parquet": [0, 0]}, counts
P
