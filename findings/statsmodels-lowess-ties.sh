#!/usr/bin/env bash
# statsmodels 0.15.0: where one x has more rows than the neighbourhood of `lowess` holds, the curve there is one row's y.
#
# 193 of 200 rows have x = 0; frac is 0.9, so a neighbourhood holds 180. All weights are 0 then, and the fit at 0 is the
# y of a single row, which one depends on the order of the rows. A count that is mostly 0 (headings, code blocks, list
# items) is such a covariate, and a correction by this curve subtracts one response's score from nearly all others.
# R's lowess gives the mean of the tied rows in every order.
#
# Seen: the mean of the 193 tied rows is 2.012; as given the fit at 0 is 2.976, in reverse 1.750.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check statsmodels==0.15.0
"$work/venv/bin/python" - <<'P'
import numpy as np
from statsmodels.nonparametric.smoothers_lowess import lowess

x = np.zeros(200)
x[::29] = [1, 2, 3, 4, 5, 6, 7]
tied = np.flatnonzero(x == 0)
y = 2 + 0.3 * x + np.sin(np.arange(200.0))
y[tied[0]], y[tied[-1]] = 2.976, 1.750

def at_zero(x, y):
    fit = lowess(y, x, frac=0.9, return_sorted=False)
    values = fit[x == 0]
    assert np.ptp(values) == 0
    return values[0]

forwards, backwards = at_zero(x, y), at_zero(x[::-1].copy(), y[::-1].copy())
print(f"mean of the {len(tied)} tied rows {y[tied].mean():.3f}, fit {forwards:.3f}, reversed {backwards:.3f}")
assert min(abs(y[tied] - forwards)) == 0 and min(abs(y[tied] - backwards)) == 0, "no longer one row's y"
assert forwards != backwards, "no longer dependent on the order"
assert abs(forwards - y[tied].mean()) > 0.1, "now near the mean"
P
