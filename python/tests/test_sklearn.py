"""The calibrator among scikit-learn's own estimators."""
import pickle

import numpy as np
import pytest

import tare

sklearn = pytest.importorskip("sklearn")


@pytest.fixture
def X(columns):
    return np.column_stack([columns["score"], columns["length"]])


@pytest.mark.parametrize("parameters", [{}, {"covariate_columns": 1}])
def test_scikit_learns_own_checks_pass(parameters):
    from sklearn.utils.estimator_checks import check_estimator
    results = check_estimator(tare.LengthCalibrator(**parameters), on_skip=None, on_fail=None)
    failed = [result["check_name"] for result in results if result["status"] == "failed"]
    assert len(results) > 30 and failed == []


def test_it_is_calibrate(X, columns):
    fitted = tare.LengthCalibrator().fit(X)
    expected = tare.calibrate(columns, method="lowess", label="none").table["calibrated"]
    assert np.array_equal(fitted.transform(X).ravel(), expected)
    assert np.array_equal(fitted.transform(X[50:60]).ravel(), expected[50:60])
    assert np.array_equal(pickle.loads(pickle.dumps(fitted)).transform(X).ravel(), expected)


def test_it_is_cloned_and_searched(X, columns):
    from sklearn.base import clone
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    estimator = tare.LengthCalibrator(method="penalty", options={"coefficient": 0.01})
    assert clone(estimator).get_params() == estimator.get_params()
    pipeline = make_pipeline(tare.LengthCalibrator(), LogisticRegression())
    search = GridSearchCV(pipeline, {"lengthcalibrator__frac": [0.3, 0.9]}, cv=3).fit(X, columns["label"])
    raw = LogisticRegression().fit(X[:, :1], columns["label"]).score(X[:, :1], columns["label"])
    assert search.best_score_ > raw


def test_columns_have_names(columns):
    frame = pytest.importorskip("pandas").DataFrame(columns)[["length", "label", "score"]]
    named = tare.LengthCalibrator("score", "length").set_output(transform="pandas").fit(frame)
    expected = tare.calibrate(columns, method="lowess", label="none").table["calibrated"]
    assert np.array_equal(named.transform(frame)["calibrated"].to_numpy(), expected)
    for parameters in ({"score_column": "points"}, {"covariate_columns": ["words"]}, {"score_column": 7}):
        with pytest.raises(ValueError, match="expected"):
            tare.LengthCalibrator(**parameters).fit(frame)


def test_groups_tell_prompts_apart(X, columns):
    fitted = tare.LengthCalibrator(method="within-prompt").fit(X, groups=columns["prompt_id"])
    expected = tare.Calibration.fit(columns, method="within-prompt", label="none").apply(columns).table["calibrated"]
    assert np.array_equal(fitted.transform(X).ravel(), expected)
    with pytest.raises(ValueError, match="groups"):
        tare.LengthCalibrator().fit(X, groups=["a"])
