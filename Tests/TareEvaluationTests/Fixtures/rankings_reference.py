"""Reference values for orders of models: rankings.json.

    python3 rankings_reference.py >rankings.json

Spearman's rho and Kendall's tau-b as scipy has them, with and without ties; and, for one made table of
scores, percentiles of 20,000 resamples of prompts and of models. Made with scipy 1.17, numpy 2.4.
"""
import json

import numpy as np
from scipy import stats

dice = np.random.default_rng(20261130)


def coefficients(a, b):
    return float(stats.spearmanr(a, b).statistic), float(stats.kendalltau(a, b).statistic)


def case(a, b):
    spearman, kendall = coefficients(a, b)
    return {"first": list(map(float, a)), "second": list(map(float, b)), "spearman": spearman,
            "kendall": kendall}


def pairs():
    yield [1, 2], [3, 1]
    yield [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
    yield [1, 1, 2, 3], [4, 2, 2, 1]
    for count in (7, 12, 40):
        a = dice.normal(size=count)
        yield a.round(3), (a + dice.normal(size=count)).round(3)
        # Many ties.
        yield dice.integers(0, 4, count), dice.integers(0, 3, count)


def bootstrap():
    models, prompts, draws = 9, 60, 20_000
    quality = np.linspace(-1, 1, models)
    ranking = np.round(1000 + 120 * quality + dice.normal(size=models) * 30)
    raw = np.round(quality[:, None] + dice.normal(size=(models, prompts)) * 2, 3)
    calibrated = np.round(raw * 0.7 + quality[:, None] * 0.5 + dice.normal(size=raw.shape) * 0.3, 3)
    found = {"models": models, "prompts": prompts, "ranking": ranking.tolist(),
             "raw": raw.tolist(), "calibrated": calibrated.tolist()}
    samples = {"prompts": [], "models": []}
    for _ in range(draws):
        taken = dice.integers(0, prompts, prompts)
        r = coefficients(raw[:, taken].mean(1), ranking)
        c = coefficients(calibrated[:, taken].mean(1), ranking)
        samples["prompts"].append([*r, *c, c[0] - r[0], c[1] - r[1]])
        taken = dice.integers(0, models, models)
        if len(set(taken)) == 1:
            continue
        r = coefficients(raw.mean(1)[taken], ranking[taken])
        c = coefficients(calibrated.mean(1)[taken], ranking[taken])
        samples["models"].append([*r, *c, c[0] - r[0], c[1] - r[1]])
    whole = [*coefficients(raw.mean(1), ranking), *coefficients(calibrated.mean(1), ranking)]
    found["values"] = whole
    for kind, values in samples.items():
        # A resample whose ranking is constant has no coefficient.
        values = np.array([row for row in values if np.isfinite(row).all()])
        found[kind + "_intervals"] = np.quantile(values, [0.025, 0.975], axis=0).T.tolist()
    return found


print(json.dumps({"cases": [case(a, b) for a, b in pairs()], "bootstrap": bootstrap()}))
