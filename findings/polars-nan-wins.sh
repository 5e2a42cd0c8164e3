#!/usr/bin/env bash
# polars 2.1.0 and duckdb 2.0.1: a pair whose chosen response scored NaN counts as correct.
#
# Both order NaN above every number, so `chosen > rejected` is true for it; in pandas, numpy and Arrow it is false. The same
# table has two accuracies. `pl.corr(method="spearman")` ranks NaN last and returns a number, while Pearson's correlation
# and SciPy return NaN and pandas leaves the rows out. Best-of-n by `sort(descending=True).first()` or `top_k` picks the
# response with NaN, by `max()` another one. A model that overflows in half precision gains accuracy. Call
# `fill_nan(None)` first; `from_pandas` does it (NaN becomes null), which also leaves the pair out of the mean.
#
# Seen: accuracy 2/3 against 1/3; correlation with length -0.156 against 1.0; best 6.0 by max, NaN by top_k.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pandas==3.1.1 pyarrow==26.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'P'
import duckdb
import pandas
import polars

nan = float("nan")
pairs = {"chosen": [nan, 2.0, 1.0], "rejected": [1.0, 1.0, 2.0]}
print("polars", polars.__version__, "duckdb", duckdb.__version__)
frame, table = polars.DataFrame(pairs), pandas.DataFrame(pairs)
accuracy = {
    "polars": (frame["chosen"] > frame["rejected"]).mean(),
    "duckdb": duckdb.sql("select avg((chosen > rejected)::int) from frame").fetchall()[0][0],
    "pandas": (table.chosen > table.rejected).mean(),
    "polars from pandas": (lambda f: (f["chosen"] > f["rejected"]).mean())(polars.from_pandas(table))}
print({name: round(float(value), 3) for name, value in accuracy.items()})
assert [round(6 * value) for value in accuracy.values()] == [4, 4, 2, 3], accuracy

rows = {"length": list(range(1, 9)), "score": [nan, nan, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
frame = polars.DataFrame(rows)
spearman = frame.select(polars.corr("length", "score", method="spearman")).item()
without = frame.drop_nans().select(polars.corr("length", "score", method="spearman")).item()
pearson = frame.select(polars.corr("length", "score")).item()
print("Spearman", round(spearman, 3), "without the NaN", round(without, 3), "Pearson", pearson)
assert round(spearman, 3) == -0.156 and round(without, 9) == 1 and pearson != pearson
best, top = frame["score"].max(), frame["score"].top_k(1)[0]
print("max", best, "top_k", top)
assert best == 6 and top != top
P
