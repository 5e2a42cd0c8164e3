"""Reference values of audits: what the best of n has of a covariate, and partial rank correlations within prompts.

    python3 audit.py > audit.json

Python 3.11, numpy 2.4.6, scipy 1.17.1. The best of n is enumerated over all subsets (ties: the mean of the best ones).
Partial correlations are those of numpy's least-squares residuals of scipy's ranks of columns less their prompts' means.
Their standard errors are the jackknife's, which leaves out one prompt at a time and computes everything anew; it
equals the program's (from influence functions) only for many prompts.
"""

import itertools
import json

import numpy as np
from scipy.stats import rankdata

PROMPTS, RESPONSES = 80, 5
TOLERANCE = 0.1


def centred(column, prompt):
    sums, counts = np.bincount(prompt, column), np.bincount(prompt)
    return column - (sums / np.maximum(counts, 1))[prompt]


def ranked(column, prompt):
    # Rounded, so that equal counts stay equal after subtracting a mean.
    ranks = rankdata(np.round(centred(column, prompt), 9))
    ranks = ranks - ranks.mean()
    return ranks / np.sqrt((ranks**2).mean())


def residual(column, others):
    if not others:
        return column
    matrix = np.stack(others, axis=1)
    return column - matrix @ np.linalg.lstsq(matrix, column, rcond=None)[0]


def adjustment(target, columns):
    """Columns from the least correlated on, as long as a tenth of the target's variance is left."""
    order = sorted(
        (i for i in range(len(columns)) if i != target),
        key=lambda i: (abs((columns[target] * columns[i]).mean()), i),
    )
    taken = []
    for candidate in order:
        left = residual(columns[target], [columns[i] for i in taken + [candidate]])
        own = residual(columns[candidate], [columns[i] for i in taken])
        if (own**2).mean() > 1e-6 and (left**2).mean() >= TOLERANCE:
            taken.append(candidate)
    return sorted(taken)


def partial(score, target, adjusted, columns, prompt):
    ranks = [ranked(column, prompt) for column in columns]
    others = [ranks[i] for i in adjusted]
    a, b = residual(ranks[target], others), residual(ranked(score, prompt), others)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def jackknife(statistic, prompt):
    groups = np.unique(prompt)
    values = np.array([statistic(prompt != group) for group in groups])
    return float(np.sqrt((len(groups) - 1) / len(groups) * ((values - values.mean()) ** 2).sum()))


def best(scores, values, n):
    total = []
    for subset in itertools.combinations(range(len(scores)), n):
        top = max(scores[i] for i in subset)
        total.append(np.mean([values[i] for i in subset if scores[i] == top]))
    return float(np.mean(total))


def estimate(values):
    return {"value": float(np.mean(values)), "se": float(np.std(values, ddof=1) / np.sqrt(len(values)))}


generator = np.random.default_rng(25)
prompt = np.repeat(np.arange(PROMPTS), RESPONSES)
n = PROMPTS * RESPONSES
level = generator.normal(size=PROMPTS)[prompt]
length = np.round(800 + 150 * level + 200 * generator.normal(size=n))
words = np.round(length / 6 + generator.normal(size=n))
lists = generator.poisson(np.exp(0.4 + 0.002 * (length - 800)))
headers = generator.poisson(0.3, size=n)
quality = generator.normal(size=n)
score = np.round(quality + level + 0.004 * (length - 800) + 0.05 * lists, 4)
calibrated = np.round(score - 0.004 * (length - 800) + 0.15 * lists - 0.05 * headers, 4)
columns = {"length": length, "words": words, "lists": lists.astype(float), "headers": headers.astype(float)}
ranks = [ranked(column, prompt) for column in columns.values()]

cells = []
for target, name in enumerate(columns):
    adjusted = adjustment(target, ranks)

    def of(scores):
        def statistic(rows):
            kept = np.unique(prompt[rows], return_inverse=True)[1]
            return partial(scores[rows], target, adjusted, [c[rows] for c in columns.values()], kept)

        return statistic

    everything = np.ones(n, dtype=bool)
    before, after = of(score), of(calibrated)
    cells.append({
        "name": name, "adjusted_for": [list(columns)[i] for i in adjusted],
        "before": {"value": before(everything), "se": jackknife(before, prompt)},
        "after": {"value": after(everything), "se": jackknife(after, prompt)},
        "change": {
            "value": after(everything) - before(everything),
            "se": jackknife(lambda rows: after(rows) - before(rows), prompt),
        },
    })

# Rounded scores tie.
coarse = np.round(score)
selection = []
for size in range(2, RESPONSES + 1):
    rows = [np.flatnonzero(prompt == group) for group in range(PROMPTS)]
    mean = np.array([length[own].mean() for own in rows])
    raw = np.array([best(coarse[own], length[own], size) for own in rows]) - mean
    after = np.array([best(calibrated[own], length[own], size) for own in rows]) - mean
    selection.append({
        "n": size, "offered": float(mean.mean()), "raw": estimate(raw), "calibrated": estimate(after),
        "change": estimate(after - raw),
    })

print(json.dumps({
    "prompt": [f"p{i}" for i in prompt], "score": score.tolist(), "coarse": coarse.tolist(),
    "calibrated": calibrated.tolist(), "columns": {k: v.tolist() for k, v in columns.items()},
    "spread": float(np.sqrt((centred(length, prompt) ** 2).sum() / (n - PROMPTS))),
    "cells": cells, "selection": selection,
}))
