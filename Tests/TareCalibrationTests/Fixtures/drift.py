"""Reference values of drift: numpy 2 and scipy 1, run as `python drift.py > drift.json`.

Intervals of rates come from numerical integration of the mixture and a root finder; those of means from the formula of
Waudby-Smith et al. 2021, written out here; order and best from all pairs and maxima.
"""
import json

import numpy as np
from scipy import integrate, optimize, special

ALPHA, PLANNED = 0.05, 200


def rate_interval(events, trials):
    others = trials - events

    def log_likelihood(q):
        return special.xlogy(events, q) + special.xlog1py(others, -q)
    # Beta(1/2, 1/2) has no finite density at its ends: q = sin² angle makes it uniform.
    peak = log_likelihood(events / trials)
    value, _ = integrate.quad(
        lambda angle: 2 / np.pi * np.exp(log_likelihood(np.sin(angle) ** 2) - peak), 0, np.pi / 2,
        epsabs=0, epsrel=1e-12, limit=500)
    mixture = np.log(value) + peak

    def excess(rate):
        return mixture - log_likelihood(rate) + np.log(ALPHA)
    middle = events / trials
    low = optimize.brentq(excess, 1e-15, middle, xtol=1e-15) if events else 0.0
    high = optimize.brentq(excess, middle, 1 - 1e-15, xtol=1e-15) if others else 1.0
    return [low, high]


def mean_interval(values):
    t, level = len(values), -2 * np.log(ALPHA)
    rho2 = (level + np.log(level + 1)) / PLANNED
    half = np.std(values, ddof=1) * np.sqrt(
        2 * (t * rho2 + 1) / (t ** 2 * rho2) * np.log(np.sqrt(t * rho2 + 1) / ALPHA))
    return [float(np.mean(values) - half), float(np.mean(values) + half)]


rng = np.random.default_rng(8)
prompt = np.repeat(np.arange(60), 2)
before = rng.normal(0, 1, prompt.size) + np.repeat(rng.normal(0, 2, 60), 2)
after = 1.1 * before + rng.normal(0, 0.6, prompt.size) + 0.2
pairs_before, pairs_after = before.reshape(-1, 2), after.reshape(-1, 2)
centred = pairs_before - pairs_before.mean(1, keepdims=True)
unit = float(np.sqrt((centred ** 2).sum() / 60))
later = pairs_after - pairs_after.mean(1, keepdims=True)
changed = int((np.sign(np.diff(pairs_before, axis=1)) != np.sign(np.diff(pairs_after, axis=1))).sum())
shifts = (pairs_after - pairs_before).mean(1) / unit
print(json.dumps({
    "rates": [{"events": e, "trials": n, "interval": rate_interval(e, n)}
              for e, n in [(0, 1), (0, 50), (3, 50), (25, 50), (50, 50), (12, 400)]],
    "prompt": [str(p) for p in prompt], "before": before.tolist(), "after": after.tolist(),
    "unit": unit, "changed": changed, "order": rate_interval(changed, 60),
    "shift": float(shifts.mean()), "shift_interval": mean_interval(shifts),
    "correlation": float(np.corrcoef(before, after)[0, 1]),
    "spread": float(np.sqrt((later ** 2).sum() / 60) / unit),
}))
