"""Leave-one-out errors of LOWESS without robustness, by leaving each point out.

    python3 frac_choice.py > frac_choice.json

Python 3.11, numpy 2.4.6. Each local line is fitted anew without its own point, with the neighbourhood and the tricube
weights that the point had among all; `trace` is that of the explicit hat matrix.
"""

import json

import numpy as np


def weights_at(x, place, frac):
    neighbours = max(2, int(frac * len(x) + 1e-10))
    distance = np.abs(x - x[place])
    reach = np.sort(distance)[neighbours - 1]
    return np.where(distance < reach, (1 - (distance / reach) ** 3) ** 3, 0)


def row_of_hat(x, weights, at, degree):
    matrix = np.vander(x - at, degree + 1, increasing=True)
    weighted = matrix.T * weights
    return np.linalg.solve(weighted @ matrix, weighted)[0]


generator = np.random.default_rng(27)
x = np.sort(generator.uniform(0, 10, size=90))
x = np.round(x, 6)
generator.shuffle(x)
y = np.round(np.sin(x) + 0.3 * generator.normal(size=len(x)), 6)
result = {"x": x.tolist(), "y": y.tolist(), "cases": []}
for degree in (0, 1, 2):
    for frac in (0.15, 0.3, 0.6, 1.0):
        errors, trace = [], 0.0
        for place in range(len(x)):
            weights = weights_at(x, place, frac)
            trace += row_of_hat(x, weights, x[place], degree)[place]
            others = weights.copy()
            others[place] = 0
            errors.append(y[place] - row_of_hat(x, others, x[place], degree) @ y)
        result["cases"].append({
            "degree": degree, "frac": frac, "error": float(np.mean(np.square(errors))),
            "trace": float(trace), "residuals": errors,
        })
print(json.dumps(result))
