"""Reference of the joint calibrator: numpy 2 and scipy 1, run as `python joint.py > joint.json`.

The constrained problem is written down from its definition and given to the KKT equations as one linear system,
where the program eliminates; ranks are scipy's.
"""
import json

import numpy as np
from scipy.stats import rankdata

rng = np.random.default_rng(3)
PROMPTS, RESPONSES = 40, 4
prompt = np.repeat(np.arange(PROMPTS), RESPONSES)
length = np.round(np.exp(rng.normal(4, 0.6, prompt.size)))
lists = np.round(length / 40 + rng.poisson(1.5, prompt.size))
score = rng.normal(0, 1, prompt.size) + 0.8 * np.log(length) + 0.25 * lists


def centred(values):
    return values - np.array([values[prompt == p].mean() for p in range(PROMPTS)])[prompt]


def basis(column):
    ordered = np.sort(column)
    bends = []
    for fifth in range(1, 5):
        value = ordered[min(len(ordered) - 1, len(ordered) * fifth // 5)]
        if value > (bends[-1] if bends else ordered[0]) and value < ordered[-1]:
            bends.append(value)
    raw = [column] + [np.maximum(0, column - bend) for bend in bends]
    return [(one - one.mean()) / one.std() for one in raw]


columns = np.array(basis(length) + basis(lists))
pairs = [(i, j, 2 / (RESPONSES * (RESPONSES - 1)))
         for i in range(prompt.size) for j in range(i + 1, prompt.size) if prompt[i] == prompt[j]]
near = sum(w * abs(score[i] - score[j]) for i, j, w in pairs) / PROMPTS


def matrix(weight):
    total = np.zeros((len(columns), len(columns)))
    for i, j, w in pairs:
        delta = columns[:, i] - columns[:, j]
        total += w * weight(abs(score[i] - score[j])) * np.outer(delta, delta)
    return total + 1e-8 * np.trace(total) / len(total) * np.eye(len(total))


def rank(values):
    ranks = rankdata(centred(values))
    return (ranks - ranks.mean()) / ranks.std()


constraints = np.array([[rank(x) @ centred(c) for c in columns] for x in (length, lists)])
wanted = np.array([rank(x) @ centred(score) for x in (length, lists)])


def solve(a):
    size, count = len(a), len(constraints)
    system = np.block([[2 * a, constraints.T], [constraints, np.zeros((count, count))]])
    return np.linalg.solve(system, np.concatenate([np.zeros(size), wanted]))[:size]


a = matrix(lambda gap: 1 / (gap + near) ** 2)
best = solve(a)
plain = solve(matrix(lambda gap: 1))
print(json.dumps({
    "prompt": [str(p) for p in prompt], "length": length.tolist(), "lists": lists.tolist(),
    "score": score.tolist(), "bias": (best @ columns).tolist(),
    "objective": best @ a @ best, "objective_least_squares": plain @ a @ plain, "nearness": near,
}))
