"""Reference values for simultaneous differences: simultaneous.json.

    python3 simultaneous.py >simultaneous.json

Single-step max-t of all pairs from 400,000 independent draws of the resampled values. Made with numpy 2.4.
"""
import itertools
import json

import numpy as np

dice = np.random.default_rng(20261130)
cases = []
for truths, spreads in [([1.0, 1.2, 3.0], [0.4, 0.4, 0.5]), ([5.0, 5.1], [1.0, 0.2]), ([0, 0.8, 0.9, 1.6], [0.3, 0.5, 0.3, 0.4])]:
    values = [round(float(t), 3) for t in truths]
    # Skew, as places of turning points have.
    resampled = [np.round(v + s * (dice.gamma(4, 0.5, 150) - 2), 4) for v, s in zip(values, spreads)]
    draws = np.array([dice.choice(r, 400_000) - v for r, v in zip(resampled, values)])
    pairs = list(itertools.combinations(range(len(values)), 2))
    errors = [float(np.sqrt(resampled[a].var(ddof=1) + resampled[b].var(ddof=1))) for a, b in pairs]
    largest = np.max([np.abs(draws[b] - draws[a]) / e for (a, b), e in zip(pairs, errors)], axis=0)
    reach = float(np.quantile(largest, 0.95))
    cases.append({
        "values": values, "resampled": [r.tolist() for r in resampled], "errors": errors, "reach": reach,
        "p": [float((largest >= abs(values[b] - values[a]) / e).mean()) for (a, b), e in zip(pairs, errors)]})
print(json.dumps(cases))
