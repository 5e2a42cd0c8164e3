#!/usr/bin/env bash
# ppi_py 0.2.3: the power tuning of ppi_mean_ci keeps its weight between 0 and 1, so the interval depends on the
# score's unit and direction. A reward that is worth ten units of the label needs a weight of 10 and gets 1; one that
# falls where the label rises gets 0, as if there were no scores. Nothing says so. Rewards have no unit, and a loss or
# a "toxicity" has the other direction: regress the label on the score first (or multiply by cov/var) for the interval
# that the method promises. 95% interval of a mean, 50 labels and 1,950 scores, correlation 0.8.
# Seen: width 0.338 for the score, 0.460 for a tenth of it, 0.504 for its negative; labels alone 0.504.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet ppi-python==0.2.3 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import numpy
import ppi_py

random = numpy.random.default_rng(1)
quality = random.normal(size=2000)
score = quality + 0.5 * random.normal(size=2000)
label = quality + 0.5 * random.normal(size=2000)


def width(unit):
    low, high = ppi_py.ppi_mean_ci(label[:50], unit * score[:50], unit * score[50:], alpha=0.05)
    return float(numpy.squeeze(high - low))


low, high = ppi_py.classical_mean_ci(label[:50], alpha=0.05)
alone = float(numpy.squeeze(high - low))
print("numpy", numpy.__version__, {unit: round(width(unit), 3) for unit in (1, 10, 0.1, -1)}, "alone", round(alone, 3))
assert abs(width(1) - width(10)) < 1e-9
assert width(0.1) > 1.3 * width(1)
assert abs(width(-1) - alone) < 1e-9
PYTHON
