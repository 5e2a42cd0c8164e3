"""The drop-in beside statsmodels itself."""
import numpy as np
import pytest
from statsmodels.nonparametric.smoothers_lowess import lowess as reference

import tare


@pytest.mark.parametrize("frac, it, delta", [(0.3, 3, 0.0), (0.5, 0, 0.0), (2 / 3, 2, 0.0), (0.4, 3, 0.02)])
def test_the_curve_is_statsmodels(frac, it, delta):
    random = np.random.default_rng(3)
    x = random.normal(size=150)
    y = np.sin(x) + random.standard_t(3, size=150) / 5
    own, other = (function(y, x, frac=frac, it=it, delta=delta) for function in (tare.lowess, reference))
    assert np.allclose(own, other, rtol=0, atol=1e-9)
    unsorted = tare.lowess(y, x, frac=frac, it=it, delta=delta, return_sorted=False)
    assert np.allclose(unsorted, reference(y, x, frac=frac, it=it, delta=delta, return_sorted=False), rtol=0, atol=1e-9)


def test_rows_without_numbers_are_dropped_as_there():
    x = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.5])
    y = np.array([1.0, 3.0, 2.0, 5.0, np.nan, 4.0])
    assert np.allclose(tare.lowess(y, x), reference(y, x), rtol=0, atol=1e-9)
    own, other = (function(y, x, return_sorted=False) for function in (tare.lowess, reference))
    assert np.allclose(own, other, rtol=0, atol=1e-9, equal_nan=True)
    with pytest.raises(ValueError):
        tare.lowess(y, x, missing="raise")


def test_other_places_are_refused():
    with pytest.raises(NotImplementedError):
        tare.lowess([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], xvals=[1.5])
