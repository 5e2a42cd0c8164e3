"""Makes roc_area.json: areas under ROC curves with DeLong's variance, by scikit-learn, scipy and plain numpy.

The area is roc_auc_score's; its variance is that behind scipy's Brunner-Munzel statistic, (area - 1/2) / sd, and
the sum over all pairs of DeLong, DeLong and Clarke-Pearson (1988), which also gives the paired test.

Versions used: Python 3.11, numpy 2.4, scikit-learn 1.9.1, scipy 1.17.1.
Run here: python roc_area_reference.py
"""
import json

import numpy as np
from scipy.stats import brunnermunzel, norm
from sklearn.metrics import roc_auc_score

random = np.random.default_rng(19)


def placements(right, wrong):
    wins = (right[:, None] > wrong[None, :]) + 0.5 * (right[:, None] == wrong[None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def variance(a, b):
    return a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)


def case(m, n, shift, digits):
    right, wrong = (np.round(random.normal(mean, 1, count), digits) for mean, count in ((shift, m), (0, n)))
    noise = np.round(random.normal(0, 1, m + n), digits)
    other = np.concatenate([right, wrong]) * 0.5 + noise
    a, b = placements(right, wrong), placements(other[:m], other[m:])
    area, second = a[0].mean(), b[0].mean()
    labels = np.r_[np.ones(m), np.zeros(n)]
    assert abs(area - roc_auc_score(labels, np.r_[right, wrong])) < 1e-12
    assert abs(second - roc_auc_score(labels, other)) < 1e-12
    sd = np.sqrt(variance(*a))
    statistic = brunnermunzel(wrong, right, distribution="normal").statistic
    assert abs(abs(statistic) - abs(area - 0.5) / sd) < 1e-9, (statistic, (area - 0.5) / sd)
    z = norm.ppf(0.975)
    logit, half = np.log(area / (1 - area)), z * sd / (area * (1 - area))
    ends = 1 / (1 + np.exp(-(logit + np.array([-half, half]))))
    error = np.sqrt(variance(b[0] - a[0], b[1] - a[1]))
    return {
        "right": right.tolist(), "wrong": wrong.tolist(), "other": other.tolist(), "area": area, "variance": sd**2,
        "interval": ends.tolist(), "difference": second - area,
        "difference_interval": [second - area - z * error, second - area + z * error],
        "p": float(2 * norm.sf(abs(second - area) / error)),
    }


cases = [case(12, 9, 0.8, 3), case(30, 50, 0.5, 1), case(40, 25, 1.5, 0), case(60, 60, -0.3, 2)]
json.dump(cases, open("roc_area.json", "w"))
