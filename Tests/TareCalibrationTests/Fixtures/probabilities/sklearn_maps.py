"""What scikit-learn makes of the answers in answers.json: writes sklearn.json.

    python3 sklearn_maps.py        (scikit-learn 1.9.1, numpy)

Isotonic regression of each option against the rest; for questions of two options also one temperature
(logistic regression without intercept on the difference of the log-probabilities) and Platt's slope and
bias. Nothing is regularized.
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

folder = pathlib.Path(__file__).parent
questions = json.loads((folder / "answers.json").read_text())["questions"]


def isotonic(p, right):
    """Kept away from 0 and 1 by 1 / (n + 2), as Tare's."""
    least = 1 / (len(p) + 2)
    return numpy.clip(IsotonicRegression().fit_transform(p, right), least, 1 - least)


def logistic(p, labels, intercept):
    x = numpy.log(p[:, :1]) - numpy.log(p[:, 1:])
    model = LogisticRegression(C=numpy.inf, fit_intercept=intercept, tol=1e-10, max_iter=10_000)
    return model.fit(x, labels == 0).predict_proba(x)


def maps(question):
    p, labels = numpy.array(question["probabilities"]), numpy.array(question["labels"])
    curves = [isotonic(p[:, option], labels == option) for option in range(p.shape[1])]
    if p.shape[1] == 2:
        # One curve, of the first option.
        yes = isotonic(p[:, 0], labels == 0)
        result = {"isotonic": numpy.stack([yes, 1 - yes], axis=1)}
        for name, intercept in (("temperature", False), ("platt", True)):
            result[name] = logistic(p, labels, intercept)[:, ::-1]
    else:
        whole = numpy.stack(curves, axis=1)
        result = {"isotonic": whole / whole.sum(axis=1, keepdims=True)}
    return {name: numpy.round(values, 9).tolist() for name, values in result.items()}


written = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
    "questions": [{"name": question["name"], "maps": maps(question)} for question in questions],
}
(folder / "sklearn.json").write_text(json.dumps(written) + "\n")
