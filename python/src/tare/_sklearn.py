"""Calibration as a scikit-learn transformer; it needs scikit-learn."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ._calibrate import Calibration


class LengthCalibrator(TransformerMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Removes from a column of scores what the other columns explain of it.

    `X` is [n, 2] or wider: one column of scores, and one or more covariates such as the responses' lengths. `transform`
    gives the calibrated scores, [n, 1]. The fit is made of `X` alone; `y` is not read, so that a pipeline's labels
    cannot leak into it.

    Arguments:
        score_column: the column of the scores: its place, or its name in a data frame.
        covariate_columns: the columns of the covariates, one or a list, in the same way; all others by default.
        method: as of `tare.calibrate`; by default lowess for one covariate, and additive for several. `auto` may decide
            that nothing is to be removed.
        frac: the share of points in each local fit; the method's own by default.
        keep_mean: leaves the mean of the scores as it is.
        options: other options of `tare.calibrate`.

    >>> import numpy as np
    >>> X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
    >>> LengthCalibrator(method="lowess").fit(X).transform(X).round(9).ravel().tolist()
    [0.0, 0.0, 0.0, 0.0]
    """

    def __init__(
        self, score_column: int | str = 0, covariate_columns: int | str | Sequence[int | str] | None = None,
        method: str | None = None, frac: float | None = None, keep_mean: bool = False,
        options: dict[str, Any] | None = None,
    ) -> None:
        self.score_column = score_column
        self.covariate_columns = covariate_columns
        self.method = method
        self.frac = frac
        self.keep_mean = keep_mean
        self.options = options

    def fit(self, X: Any, y: Any = None, groups: Any = None) -> LengthCalibrator:
        """Fits the bias.

        Arguments:
            groups: which rows answer the same prompt, [n], for the methods that compare within prompts.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_min_features=2, ensure_min_samples=2)
        self.score_index_ = self._place("score_column", self.score_column)
        rest = [place for place in range(self.n_features_in_) if place != self.score_index_]
        chosen = self.covariate_columns
        if chosen is not None:
            several = [chosen] if isinstance(chosen, (int, str, np.integer)) else list(chosen)
            rest = [self._place("covariate_columns", one) for one in several]
        self.covariate_indices_ = rest
        table = self._table(values)
        options: dict[str, Any] = {"frac": self.frac, "keep_mean": self.keep_mean} | (self.options or {})
        if groups is not None:
            if len(groups) != len(values):
                raise ValueError(f"expected a group for each of {len(values)} samples, found {len(groups)} groups")
            table["prompt_id"] = np.asarray(groups)
            options["group"] = "prompt_id"
        covariates = [name for name in table if name.startswith("x")]
        self.calibration_ = Calibration.fit(
            table, score="score", covariate=covariates, label="none",
            method=self.method or ("lowess" if len(covariates) == 1 else "additive"), **options)
        return self

    def transform(self, X: Any) -> Any:
        """The calibrated scores, [n, 1]."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        applied = self.calibration_.apply(self._table(values), score="score", label="none")
        return np.asarray(applied.table["calibrated"], float).reshape(-1, 1)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """The one column's name."""
        check_is_fitted(self)
        return np.array(["calibrated"], dtype=object)

    def _place(self, argument: str, column: int | str) -> int:
        if isinstance(column, str):
            names: Sequence[str] = list(getattr(self, "feature_names_in_", []))
            if column not in names:
                raise ValueError(f"{argument}: expected one of {names}, found no column {column!r}")
            return names.index(column)
        if not -self.n_features_in_ <= column < self.n_features_in_:
            raise ValueError(f"{argument}: expected the place of one of {self.n_features_in_} columns, found {column}")
        return int(column % self.n_features_in_)

    def _table(self, values: Any) -> dict[str, Any]:
        covariates = {f"x{place}": values[:, place] for place in self.covariate_indices_}
        return {"score": values[:, self.score_index_]} | covariates
