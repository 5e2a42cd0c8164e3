"""Reference values of the sequential test of labels: numpy 2 and scipy 1, run as `python labels.py > labels.json`.

Written from the definition, apart from the program: the mixture is integrated numerically, the confidence sequence
found by a root finder, and the chances of verdicts by walking all numbers of wins.
"""
import functools
import json

import numpy as np
from scipy import integrate, optimize, special

ALPHA = 0.05


def log_evidence(wins, losses, rate):
    def log_likelihood(q):
        return special.xlogy(wins, q) + special.xlog1py(losses, -q)
    peak = log_likelihood(wins / (wins + losses))
    value, _ = integrate.quad(
        lambda q: 6 * q * (1 - q) * np.exp(log_likelihood(q) - peak), 0, 1, epsabs=0, epsrel=1e-12, limit=200,
        points=[wins / (wins + losses)])
    return np.log(value) + peak - log_likelihood(rate)


def interval(wins, losses):
    def excess(rate):
        return log_evidence(wins, losses, rate) + np.log(ALPHA)
    middle = wins / (wins + losses)
    low = optimize.brentq(excess, 1e-12, middle, xtol=1e-14) if wins else 0.0
    high = optimize.brentq(excess, middle, 1 - 1e-12, xtol=1e-14) if losses else 1.0
    return [low, high]


@functools.cache
def settled(wins, losses, nearest):
    """Which rates are outside of the confidence sequence, an interval around the share of wins, decides."""
    def is_outside(rate):
        return log_evidence(wins, losses, rate) >= -np.log(ALPHA)
    if is_outside(0.5):
        return "helps" if wins > losses else "harms"
    near = abs(wins / (wins + losses) - 0.5) < nearest
    return "not_worth_more" if near and is_outside(0.5 - nearest) and is_outside(0.5 + nearest) else None


def plan(share, margin, pairs, rate):
    nearest = margin / (2 * share)
    chances = {0: 1.0}
    verdicts = {"helps": 0.0, "harms": 0.0, "not_worth_more": 0.0}
    mean = 0.0
    for step in range(1, pairs + 1):
        following = {}
        for wins, chance in chances.items():
            following[wins] = following.get(wins, 0) + chance * (1 - rate)
            following[wins + 1] = following.get(wins + 1, 0) + chance * rate
        chances = {}
        for wins, chance in following.items():
            verdict = settled(wins, step - wins, nearest)
            if verdict is None:
                chances[wins] = chance
            else:
                verdicts[verdict] += chance
                mean += step * chance
    return {"rate": rate, "labels": mean + pairs * sum(chances.values()), **verdicts}


states = [(1, 0), (9, 0), (8, 0), (0, 9), (12, 5), (30, 12), (40, 40), (100, 81)]
print(json.dumps({
    "alpha": ALPHA,
    "states": [
        {"wins": w, "losses": l, "evidence": float(np.exp(log_evidence(w, l, 0.5))), "interval": interval(w, l)}
        for w, l in states],
    "plan": {
        "share": 0.1, "margin": 0.06, "pairs": 40,
        "cases": [plan(0.1, 0.06, 40, rate) for rate in (0.5, 0.6, 0.7, 0.8, 0.9)]},
    # A pair a row: what the first and the second person said; kappa and its large-sample error by hand of the formula.
    "kappa": {"table": [[20, 5, 1], [4, 15, 1], [1, 2, 3]], **(lambda t: (lambda o, e, n: {
        "kappa": (o - e) / (1 - e), "error": (o * (1 - o) / n) ** 0.5 / (1 - e)})(
            np.trace(t) / t.sum(), (t.sum(0) * t.sum(1)).sum() / t.sum() ** 2, t.sum()))(
                np.array([[20, 5, 1], [4, 15, 1], [1, 2, 3]]))},
}, indent=1))
