"""Makes association.csv: correlations and slopes by scipy and numpy, pooled and within prompts.

Versions used: Python 3.11, numpy 2.4.6, scipy 1.17.1.
Run here: python association.py

Each case has its rows (prompt, score, value), and its results on the rows whose prompt is "=".
"""
from fractions import Fraction

import numpy as np
from scipy.stats import pearsonr, spearmanr

rng = np.random.default_rng(7)


def results(score, value):
    return spearmanr(score, value)[0], pearsonr(score, value)[0], np.polyfit(value, score, 1)[0]


def centred(prompt, column):
    """Less the prompt's mean, in exact arithmetic, so that rounding breaks no ties."""
    exact = [Fraction(value) for value in column.tolist()]
    members = {p: [v for q, v in zip(prompt, exact) if q == p] for p in set(prompt)}
    return np.array([
        float(v - sum(members[p]) / len(members[p]))
        for p, v in zip(prompt, exact) if len(members[p]) > 1])


def case(name, prompt, score, value):
    for row in zip(prompt, score.tolist(), value.tolist()):
        print(name, *row, "", sep=",", file=out)
    pooled = results(score, value)
    within = results(centred(prompt, score), centred(prompt, value))
    print(name, "=pooled", *map(float, pooled), sep=",", file=out)
    print(name, "=within", *map(float, within), sep=",", file=out)


with open("association.csv", "w") as out:
    print("case,prompt,a,b,c", file=out)
    prompt = np.repeat(np.arange(15), 2)
    level = np.repeat(rng.normal(0, 3, 15), 2)
    step = rng.normal(0, 1, 30)
    case("opposite signs", prompt, level - 0.5 * step, level + step)
    prompt = rng.integers(0, 9, 40)
    case("ties", prompt, rng.integers(0, 5, 40) / 4, rng.integers(0, 6, 40) * 1.0)
    prompt = np.append(np.repeat(np.arange(6), 5), [90, 91])
    case("single responses", prompt, rng.normal(0, 1, 32), rng.lognormal(6, 1, 32))
