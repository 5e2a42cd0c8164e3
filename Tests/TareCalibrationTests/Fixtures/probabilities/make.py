"""Reference values for the calibration and evaluation of probabilities.

    python3 make.py        (numpy, scipy; scikit-learn where it is installed is compared with, too)

Writes answers.json: three questions with made answers, and what they come to.
"""

import json
import math
import pathlib

import numpy
import scipy
from scipy.optimize import minimize, minimize_scalar

RIDGE = 1e-2
random = numpy.random.default_rng(5)


def softmax(z):
    e = numpy.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def made(options, rows, sharpness):
    """Overconfident answers: the model's logits are those of the truth, times a factor, and a bias."""
    true = random.normal(size=(rows, options)) * 1.2
    labels = numpy.array([random.choice(options, p=p) for p in softmax(true)])
    bias = numpy.linspace(0, 0.5, options)
    given = softmax(sharpness * true + bias + 0.3 * random.normal(size=true.shape))
    return numpy.round(given, 6), labels


def loss(p, labels):
    return -numpy.log(numpy.clip(p[numpy.arange(len(labels)), labels], 1e-12, None)).sum()


def temperature(p, labels):
    logs = numpy.log(numpy.clip(p, 1e-12, None))
    found = minimize_scalar(
        lambda t: loss(softmax(logs / math.exp(t)), labels),
        bounds=(math.log(0.05), math.log(20)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return math.exp(found.x)


def platt(p, labels):
    logs = numpy.log(numpy.clip(p, 1e-12, None))
    prior = numpy.array([1.0] + [0.0] * p.shape[1])

    def objective(w):
        return loss(softmax(w[0] * logs + w[1:]), labels) + RIDGE / 2 * ((w - prior) ** 2).sum()

    return minimize(objective, prior, method="BFGS", options={"gtol": 1e-8}).x


def beta(p, right):
    a, b = numpy.log(numpy.clip(p, 1e-12, None)), -numpy.log(numpy.clip(1 - p, 1e-12, None))
    used = [True, True]

    def solve():
        prior = numpy.array([1.0 * used[0], 1.0 * used[1], 0.0])

        def objective(w):
            z = used[0] * w[0] * a + used[1] * w[1] * b + w[2]
            return numpy.logaddexp(0, z).sum() - (right * z).sum() + RIDGE / 2 * (
                (w - prior) ** 2
            ).sum()

        return minimize(objective, prior, method="BFGS", options={"gtol": 1e-8}).x

    w = solve()
    if w[0] < 0:
        used[0] = False
        w = solve()
    elif w[1] < 0:
        used[1] = False
        w = solve()
    return w


def isotonic(p, right):
    """Pooled adjacent violators on distinct values, written out; the fit at each row."""
    x = numpy.unique(p)
    blocks = []
    for value in x:
        mine = right[p == value]
        blocks.append([mine.sum(), len(mine), 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1], blocks[-1][2] + last[2]]
    y = numpy.concatenate([[s / n] * k for s, n, k in blocks])
    try:
        from sklearn.isotonic import IsotonicRegression

        assert numpy.allclose(IsotonicRegression().fit_transform(p, right), numpy.interp(p, x, y))
    except ImportError:
        pass
    return numpy.interp(p, x, numpy.clip(y, 1 / (len(p) + 2), 1 - 1 / (len(p) + 2)))


def by_option(p, labels, fit):
    if p.shape[1] == 2:
        first = fit(p[:, 0], (labels == 0).astype(float))
        return numpy.stack([first, 1 - first], axis=1)
    columns = [fit(p[:, k], (labels == k).astype(float)) for k in range(p.shape[1])]
    values = numpy.stack(columns, axis=1)
    return values / values.sum(axis=1, keepdims=True)


def beta_values(p, right):
    w = beta(p, right)
    a, b = numpy.log(numpy.clip(p, 1e-12, None)), -numpy.log(numpy.clip(1 - p, 1e-12, None))
    return 1 / (1 + numpy.exp(-(w[0] * a + w[1] * b + w[2])))


def ece(p, labels, bins=15):
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    place = numpy.clip(numpy.ceil(confidence * bins) - 1, 0, bins - 1)
    total = 0.0
    for bin in range(bins):
        mine = place == bin
        if mine.any():
            total += abs(confidence[mine].sum() - right[mine].sum())
    return total / len(labels)


def kappa(p, labels):
    levels = p.shape[1]
    observed = numpy.zeros((levels, levels))
    for answer, label in zip(p.argmax(axis=1), labels):
        observed[answer, label] += 1
    weights = (numpy.arange(levels)[:, None] - numpy.arange(levels)[None]) ** 2
    expected = numpy.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    return 1 - (weights * observed).sum() / (weights * expected).sum()


def area(p, labels):
    order = numpy.argsort(-p.max(axis=1), kind="stable")
    wrong = (p.argmax(axis=1) != labels)[order]
    return (numpy.cumsum(wrong) / numpy.arange(1, len(wrong) + 1)).mean()


def numbers(p, labels, type):
    truth = numpy.eye(p.shape[1])[labels]
    found = {
        "accuracy": (p.argmax(axis=1) == labels).mean(),
        "brier": ((p - truth) ** 2).sum(axis=1).mean(),
        "log_loss": loss(p, labels) / len(labels),
        "ece": ece(p, labels),
        "area": area(p, labels),
    }
    if type == "score":
        levels = numpy.arange(p.shape[1])
        gaps = numpy.cumsum(p, axis=1) - numpy.cumsum(truth, axis=1)
        found["level_error"] = abs(p @ levels - labels).mean()
        found["within_one"] = (abs(p.argmax(axis=1) - labels) <= 1).mean()
        found["ranked_score"] = ((gaps[:, :-1] ** 2).sum(axis=1) / (p.shape[1] - 1)).mean()
        found["kappa"] = kappa(p, labels)
    return {name: float(value) for name, value in found.items()}


questions = []
for name, type, options, rows, sharpness in [
    ("correct", "noul", 2, 160, 2.5),
    ("tone", "choice", 3, 150, 1.8),
    ("helpful", "score", 5, 200, 2.0),
]:
    p, labels = made(options, rows, sharpness)
    p = numpy.round(p / p.sum(axis=1, keepdims=True), 9)
    w = platt(p, labels)
    logs = numpy.log(numpy.clip(p, 1e-12, None))
    maps = {
        "temperature": softmax(logs / temperature(p, labels)),
        "platt": softmax(w[0] * logs + w[1:]),
        "isotonic": by_option(p, labels, isotonic),
        "beta": by_option(p, labels, beta_values),
    }
    questions.append(
        {
            "name": name,
            "type": type,
            "options": ["true", "false"] if type == "noul" else [str(k) for k in range(options)],
            "probabilities": p.tolist(),
            "labels": labels.tolist(),
            "numbers": numbers(p, labels, type),
            "maps": {key: numpy.round(value[:40], 9).tolist() for key, value in maps.items()},
        }
    )

out = {
    "versions": {"numpy": numpy.__version__, "scipy": scipy.__version__},
    "questions": questions,
}
pathlib.Path(__file__).with_name("answers.json").write_text(json.dumps(out) + "\n")
