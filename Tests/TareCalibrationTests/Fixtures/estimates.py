"""Reference values of estimates from few labels: PPI++ by ppi_py, calibrated means by numpy and scipy.

    python3 estimates.py > estimates.json

Python 3.11, numpy 2.4.6, scipy 1.17.1, ppi-python 0.2.3. Prompts are dealt to folds and groups as the program deals them
(FNV-1a of a salt and the id); everything else is written from the definitions.
"""

import json

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate
from scipy.optimize import isotonic_regression


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def dealt(ids, labelled, groups, salt):
    order = sorted(ids, key=lambda i: (i not in labelled, fnv(salt + i), i))
    return {prompt: place % groups for place, prompt in enumerate(order)}


class Index:
    def __init__(self, score, covariates, label):
        self.bends = np.quantile(score, [0.2, 0.4, 0.6, 0.8])
        columns = self.columns(score, covariates)
        self.mean, self.deviation = columns.mean(0), columns.std(0)
        x = self.standard(columns)
        self.beta = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ (label - label.mean()))

    def columns(self, score, covariates):
        return np.column_stack([score, *(np.maximum(0, score - b) for b in self.bends), *covariates])

    def standard(self, columns):
        return (columns - self.mean) / self.deviation

    def __call__(self, score, covariates):
        return self.standard(self.columns(score, covariates)) @ self.beta


class Curve:
    def __init__(self, score, label, covariates):
        self.index = Index(score, covariates, label) if covariates else None
        place = self.index(score, covariates) if self.index else score
        self.knots, which, counts = np.unique(place, return_inverse=True, return_counts=True)
        means = np.bincount(which, label) / counts
        self.values = isotonic_regression(means, weights=counts).x

    def __call__(self, score, covariates):
        place = self.index(score, covariates) if self.index else score
        return np.interp(place, self.knots, self.values)


def means(policies, fold, takes):
    """Cross-fitted means of policies, with the bias of a curve from the other policies' labels."""
    rows = [np.array([takes(p) for p in policy["prompt"]]) for policy in policies]
    count = max(fold.values()) + 1
    folds = [np.array([fold[p] for p in policy["prompt"]]) for policy in policies]
    known = [np.isfinite(policy["label"]) for policy in policies]

    def curve(wanted):
        chosen = [rows[i] & known[i] & wanted(i) for i in range(len(policies))]
        join = lambda name: np.concatenate([p[name][c] for p, c in zip(policies, chosen)])
        covariates = [
            np.concatenate([p["covariates"][k][c] for p, c in zip(policies, chosen)])
            for k in range(len(policies[0]["covariates"]))
        ]
        return Curve(join("score"), join("label"), covariates)

    curves = [curve(lambda i: folds[i] != k) for k in range(count)]
    result, bias = [], []
    for i, policy in enumerate(policies):
        every = np.stack([c(policy["score"], policy["covariates"]) for c in curves])
        made = np.where(known[i], every[folds[i], np.arange(len(folds[i]))], every.mean(0))
        own = rows[i] & known[i]
        result.append(made[rows[i]].mean() + (policy["label"] - made)[own].mean())
        others = curve(lambda j: np.full(len(folds[j]), j != i))
        bias.append((policy["label"] - others(policy["score"], policy["covariates"]))[own].mean())
    return np.array(result), np.array(bias)


def jackknife(values):
    values = np.array(values)
    count = len(values)
    return np.sqrt((count - 1) / count * ((values - values.mean(0)) ** 2).sum(0))


def policy(generator, prompts, shift, labelled, first):
    level = generator.normal(size=prompts)
    ids = [f"q{first + i}" for i in range(prompts)]
    length = generator.normal(size=prompts)
    quality = level + shift + 0.3 * length
    score = np.round(2 * quality + generator.normal(size=prompts) + 1.5 * length, 3)
    label = (quality + 0.7 * generator.normal(size=prompts) > 0).astype(float)
    label[generator.permutation(prompts)[labelled:]] = np.nan
    return {"prompt": ids, "score": score, "label": label, "covariates": [np.round(length, 3)]}


generator = np.random.default_rng(26)
policies = [policy(generator, 300, 0.0, 60, 0), policy(generator, 240, 0.4, 50, 30)]
ids = list(dict.fromkeys(p for policy in policies for p in policy["prompt"]))
labelled = {p for policy in policies for p, y in zip(policy["prompt"], policy["label"]) if np.isfinite(y)}
fold, group = dealt(ids, labelled, 5, "fold"), dealt(ids, labelled, 20, "group")

ppi = []
for own in policies:
    known = np.isfinite(own["label"])
    y, f, u = own["label"][known], own["score"][known], own["score"][~known]
    n, more = len(y), len(u)
    lam = float(np.cov(y, f, ddof=0)[0, 1] / ((1 + n / more) * np.var(own["score"])))
    low, high = ppi_mean_ci(y, f, u, alpha=0.05, lam=lam)
    ppi.append({
        "lambda": lam, "value": float(np.ravel(ppi_mean_pointestimate(y, f, u, lam=lam))[0]),
        "interval": [float(np.ravel(low)[0]), float(np.ravel(high)[0])], "labels": float(y.mean()),
        "labels_se": float(y.std(ddof=1) / np.sqrt(n)), "n": n,
    })

calibrated = {}
for name, covariates in [("plain", False), ("covariates", True)]:
    own = policies if covariates else [{**p, "covariates": []} for p in policies]
    value, bias = means(own, fold, lambda p: True)
    without = [means(own, fold, lambda p: group[p] != k) for k in range(20)]
    calibrated[name] = {
        "value": value.tolist(), "se": jackknife([w[0] for w in without]).tolist(),
        "difference_se": float(jackknife([w[0][1] - w[0][0] for w in without])),
        "bias": bias.tolist(), "bias_se": jackknife([w[1] for w in without]).tolist(),
    }

print(json.dumps({
    "policies": [
        {
            "prompt": p["prompt"], "score": p["score"].tolist(),
            "label": [None if np.isnan(y) else y for y in p["label"]], "length": p["covariates"][0].tolist(),
        }
        for p in policies
    ],
    "ppi": ppi, "calibrated": calibrated,
}))
