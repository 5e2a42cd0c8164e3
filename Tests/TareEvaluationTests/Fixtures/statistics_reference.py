"""Makes statistics.json: adjusted p values, Bradley-Terry temperatures and calibration errors, RM-Bench's and
ProcessBench's numbers, by statsmodels and numpy.

Versions used: Python 3.11, numpy 2.4.6, statsmodels 0.15.0.
Run here: python statistics_reference.py
"""
import json

import numpy as np
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(11)


def adjusted():
    lists = [random.uniform(size=12) ** 3, np.array([0.04, 0.04, 0.01, 1.0, 0.04]), np.array([0.7])]
    return [{"p": p.tolist(), "q": multipletests(p, method="fdr_bh")[1].tolist()} for p in lists]


def temperature(margins):
    """One coefficient, no intercept: P(chosen wins) = sigma(beta * margin), all outcomes 1."""
    fit = GLM(np.ones(len(margins)), margins[:, None], family=Binomial()).fit(tol=1e-14, maxiter=200)
    return 1 / float(fit.params[0])


def quality(margins, t):
    confidence = 1 / (1 + np.exp(-np.abs(margins) / t))
    right = np.where(margins > 0, 1.0, np.where(margins == 0, 0.5, 0.0))
    place = np.minimum(((confidence - 0.5) * 2 * 15).astype(int), 14)
    ece = sum(abs(right[place == b].mean() - confidence[place == b].mean()) * (place == b).mean() for b in set(place))
    return {"ece": float(ece), "log_loss": float(np.mean(np.logaddexp(0, -margins / t)))}


def probabilities():
    cases = []
    for count, spread in [(40, 1.0), (500, 6.0), (200, 0.02)]:
        margins = np.round(random.normal(0.6, 1, count) * spread * 64) / 64 if spread > 0.1 else random.normal(
            0.3, 1, count) * spread
        t = temperature(margins)
        cases.append({"margins": margins.tolist(), "temperature": t, "as_is": quality(margins, 1.0),
                      "fitted": quality(margins, t)})
    return cases


def rm_bench():
    """After compute_accuracy of RM-Bench's scripts/utils.py: row the chosen style, column the rejected one."""
    items = []
    for domain, count in [("chat", 9), ("math", 7), ("code", 5), ("safety-refuse", 4), ("safety-response", 3)]:
        for number in range(count):
            items.append({"id": f"{number}", "domain": domain,
                          "score_chosen": (np.round(random.normal(0.5, 1, 3) * 2) / 2).tolist(),
                          "score_rejected": (np.round(random.normal(0, 1, 3) * 2) / 2).tolist()})
    domains = {}
    for name in ["chat", "math", "code", "safety"]:
        members = [item for item in items if item["domain"].startswith(name)]
        matrix = np.mean([[[c > r for r in item["score_rejected"]] for c in item["score_chosen"]] for item in members],
                         axis=0)
        upper, diagonal, lower = np.triu(matrix, 1).sum() / 3, np.trace(matrix) / 3, np.tril(matrix, -1).sum() / 3
        domains[name] = {"hard": upper, "normal": diagonal, "easy": lower, "overall": (upper + diagonal + lower) / 3}
    means = {key: float(np.mean([d[key] for d in domains.values()])) for key in ["hard", "normal", "easy", "overall"]}
    return {"items": items, "domains": {k: {n: float(x) for n, x in d.items()} for k, d in domains.items()}, **means}


def process_bench():
    """The accuracies on wrong and on right solutions, and their harmonic mean, as ProcessBench's evaluation has it."""
    rows, expected = [], {}
    for subset, count in [("gsm8k", 40), ("math", 60)]:
        hits = {True: [], False: []}
        for number in range(count):
            steps = random.integers(2, 7)
            label = int(random.integers(-1, steps))
            scores = np.where(np.arange(steps) == label, random.uniform(0, 0.8, steps), random.uniform(0.4, 1, steps))
            low = np.flatnonzero(scores < 0.5)
            named = int(low[0]) if len(low) else -1
            hits[label == -1].append(named == label)
            rows.append({"id": f"{subset}-{number}", "subset": subset, "label": label, "steps": scores.tolist()})
        wrong, right = np.mean(hits[False]), np.mean(hits[True])
        expected[subset] = float(2 * wrong * right / (wrong + right))
    return {"rows": rows, "subsets": expected, "overall": float(np.mean(list(expected.values())))}


with open("statistics.json", "w") as out:
    json.dump({"adjusted": adjusted(), "probabilities": probabilities(), "rm_bench": rm_bench(),
               "process_bench": process_bench()}, out, sort_keys=True)
    out.write("\n")
