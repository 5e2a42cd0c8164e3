#!/usr/bin/env bash
# statsmodels' lowess follows a single row where one x holds more rows than the neighbourhood, and another one when the
# same rows stand in another order. R's lowess takes the mean there.
#
# Seen with statsmodels 0.15.0, numpy 2.4.6: 193 of 200 rows at x = 0, frac 0.9, it 3. The mean score there is -0.012; the
# curve is -0.9 in the rows' order and -0.7 reversed. This script fails once the two orders agree.
#
#   bash findings/lowess-ties.sh            installs the two packages into a temporary folder
#   PYTHON=/path/to/python bash findings/lowess-ties.sh   takes an environment that has them
set -euo pipefail
if [ -z "${PYTHON:-}" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet statsmodels==0.15.0 numpy==2.4.6
  PYTHON="$folder/bin/python"
fi
"$PYTHON" - <<'P'
import sys
import numpy as np
import statsmodels
from statsmodels.nonparametric.smoothers_lowess import lowess

y = np.array([(i % 19 - 9) / 10 for i in range(200)])
x = np.array([0 if i < 193 else i - 190 for i in range(200)], float)
fits = [lowess(y[order], x[order], frac=0.9, it=3, delta=0)[0, 1] for order in (slice(None), slice(None, None, -1))]
print("statsmodels", statsmodels.__version__, "mean of the 193:", round(float(y[:193].mean()), 3))
print("curve at 0, rows as they are:", round(float(fits[0]), 3), " reversed:", round(float(fits[1]), 3))
if abs(fits[0] - fits[1]) < 1e-9:
    sys.exit("the order of the rows no longer matters: this finding is out of date")
P
