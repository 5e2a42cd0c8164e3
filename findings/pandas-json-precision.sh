#!/usr/bin/env bash
# pandas 3.1.1: `to_json` writes ten decimals unless told otherwise, so scores do not read back, and small ones are 0.
#
# The default of `double_precision` is 10 decimal places, not significant digits. Log-probabilities and margins lose
# their last digits, and two responses whose scores differ by less become a tie. `to_csv` writes every digit. Whoever
# compares a score file in JSON with the same table in CSV sees other numbers; `double_precision=15` is the most, and
# is still a count of decimals.
#
# Seen: 1.23456789012345e-11 is written as 0.0, and 0.1 + 0.2 as 0.3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1
"$work/venv/bin/python" - <<'P'
import json

import pandas as pd

scores = [1.23456789012345e-11, 0.1 + 0.2, 2.0000000000001, 2.0]
frame = pd.DataFrame({"score": scores})
read = list(json.loads(frame.to_json())["score"].values())
for score, back in zip(scores, read):
    print(repr(score), "->", repr(back), "" if score == back else "changed")
assert read[0] == 0 and read[2] == read[3], "pandas writes more decimals now"
P
