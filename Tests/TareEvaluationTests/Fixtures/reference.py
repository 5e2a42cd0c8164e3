"""Makes wilson.csv, mcnemar.csv and bootstrap.csv: reference values by statsmodels, scipy, numpy.

Versions used: Python 3.11, numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0.
Run here: python reference.py

The bootstrap's own distribution is computed exactly, not sampled: the mean of n draws with
replacement is a convolution, and two independent strata are enumerated.
"""
import numpy as np
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

with open("wilson.csv", "w") as out:
    print("correct,n,low,high", file=out)
    for correct, n in [(0, 1), (1, 1), (0, 30), (30, 30), (1, 2), (17, 40), (208, 350), (415, 447),
                       (2500, 2985), (999999, 1000000)]:
        low, high = proportion_confint(correct, n, 0.05, "wilson")
        print(correct, n, repr(float(low)), repr(float(high)), sep=",", file=out)

with open("mcnemar.csv", "w") as out:
    print("gained,lost,p", file=out)
    for gained, lost in [(0, 0), (1, 0), (0, 5), (3, 3), (7, 15), (40, 12), (100, 100), (12, 80),
                         (600, 700), (5000, 5300)]:
        p = mcnemar([[9, gained], [lost, 9]], exact=True).pvalue
        print(gained, lost, repr(float(p)), sep=",", file=out)


def quantiles(values, chances):
    order = np.argsort(values)
    total = np.cumsum(chances[order])
    return [float(values[order][np.searchsorted(total, q)]) for q in (0.025, 0.975)]


def share(correct, n):
    """Distribution of the resampled share of n single pairs."""
    counts = np.arange(n + 1)
    return counts / n, binom.pmf(counts, n, correct / n)


def clustered(sums, pairs_each):
    """Distribution of the resampled share of prompts with several pairs each."""
    one = np.bincount(sums, minlength=pairs_each + 1) / len(sums)
    chances = np.ones(1)
    for _ in sums:
        chances = np.convolve(chances, one)
    return np.arange(len(chances)) / (len(sums) * pairs_each), chances


def mean_of_two(first, second):
    values = (first[0][:, None] + second[0][None, :]) / 2
    return values.ravel(), (first[1][:, None] * second[1][None, :]).ravel()


def deviation(values, chances):
    mean = values @ chances
    return float(np.sqrt((values - mean) ** 2 @ chances))


CASES = {
    "83 of 120": share(83, 120),
    "mean of 31 of 40 and 9 of 25": mean_of_two(share(31, 40), share(9, 25)),
    "60 prompts of 2 pairs": clustered(np.array([2] * 31 + [1] * 4 + [0] * 25), 2),
}
with open("bootstrap.csv", "w") as out:
    print("case,low,high,deviation", file=out)
    for name, (values, chances) in CASES.items():
        numbers = [*quantiles(values, chances), deviation(values, chances)]
        print(name, *map(repr, numbers), sep=",", file=out)
