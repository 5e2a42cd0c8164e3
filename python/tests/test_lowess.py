"""The drop-in beside statsmodels itself."""
import numpy as np
import pytest

import tare

reference = pytest.importorskip("statsmodels.nonparametric.smoothers_lowess").lowess


@pytest.fixture(scope="module")
def points():
    random = np.random.default_rng(3)
    x = random.normal(size=150)
    return x, np.sin(x) + random.standard_t(3, size=150) / 5


def agree(own, other):
    return np.allclose(own, other, rtol=0, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("frac, it, delta", [(0.3, 3, 0.0), (0.5, 0, 0.0), (2 / 3, 2, 0.0), (0.4, 3, 0.02), (1, 1, 0.0)])
@pytest.mark.parametrize("return_sorted", [True, False])
def test_the_curve_is_statsmodels(points, frac, it, delta, return_sorted):
    x, y = points
    options = {"frac": frac, "it": it, "delta": delta, "return_sorted": return_sorted}
    assert agree(tare.lowess(y, x, **options), reference(y, x, **options))


@pytest.mark.parametrize("frac, it", [(0.3, 3), (0.5, 0), (2 / 3, 1), (0.05, 2)])
def test_other_places_are_statsmodels(points, frac, it):
    x, y = points
    # Beyond both ends, at a point, in no order, and one that is none.
    places = np.array([4.0, -5.0, x[3], 0.1, np.nan, 0.05, 0.1, np.inf])
    own, other = (function(y, x, frac=frac, it=it, xvals=places) for function in (tare.lowess, reference))
    assert np.isnan(own).sum() >= 2
    assert agree(own, other)
    ascending = np.linspace(-2, 2, 41)
    assert agree(*(function(np.sort(y), np.sort(x), frac=frac, it=it, xvals=ascending, is_sorted=True)
                   for function in (tare.lowess, reference)))


def test_whole_numbers_and_lists_are_taken(points):
    x, y = [5, 3, 4, 1, 2, 8, 6, 7], [1, 2, 3, 4, 5, 6, 7, 9]
    assert agree(tare.lowess(y, x), reference(y, x))
    assert agree(tare.lowess(y, x, xvals=[2, 3]), reference(y, x, xvals=np.array([2.0, 3.0])))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_points_are_taken(count):
    x, y = np.arange(float(count)), np.arange(float(count)) ** 2
    assert agree(tare.lowess(y, x), reference(y, x))


def test_rows_without_numbers_are_dropped_as_there():
    x = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.5])
    y = np.array([1.0, 3.0, 2.0, 5.0, np.nan, 4.0])
    assert agree(tare.lowess(y, x), reference(y, x))
    own, other = (function(y, x, return_sorted=False) for function in (tare.lowess, reference))
    assert agree(own, other) and np.isnan(own).sum() == 2
    assert agree(*(function(y, x, xvals=np.array([2.5])) for function in (tare.lowess, reference)))
    for missing in ("raise", "none"):
        with pytest.raises(ValueError, match="nan or inf"):
            tare.lowess(y, x, missing=missing)


@pytest.mark.parametrize("change, message", [
    ({"frac": 1.5}, "frac"), ({"missing": "ignore"}, "missing can only be"), ({"xvals": [1.0], "delta": 0.1}, "delta"),
    ({"exog": [1.0, 2.0]}, "same length"), ({"exog": [[1.0], [2.0], [3.0]]}, "exog must be a vector"),
    ({"xvals": [[1.0]]}, "must be a vector")])
def test_what_statsmodels_refuses_is_refused_in_its_words(change, message):
    arguments = {"endog": [1.0, 2.0, 3.0], "exog": [1.0, 2.0, 3.0]} | change
    for function in (tare.lowess, reference):
        with pytest.raises(ValueError, match=message):
            function(**{k: np.array(v) if k == "xvals" else v for k, v in arguments.items()})
