"""Scores of reward models: calibrated, evaluated, ranked, smoothed, and rewards for trainers.

Every function hands a table to the `tare` program, which the wheel holds, and returns what it found. Tables are
pandas or polars data frames, pyarrow tables, `datasets.Dataset`, lists of dicts, dicts of columns, structured NumPy
arrays, or names of files.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._binary import version
from ._calibrate import Calibrated, Calibration, calibrate
from ._decide import Decisions, decide
from ._errors import (
    DataError, InternalError, Interrupted, TareError, TareWarning, UnavailableError, UsageError)
from ._evaluate import Evaluation, evaluate
from ._inspect import Inspection, inspect
from ._lowess import lowess
from ._rank import BestOfN, Pairs, Ranking, best_of_n, pairs, rank
from ._report import Report, report
from ._reward import AsyncRewardFunction, RewardFunction, async_reward_func, reward_func
from ._score import Scores, score
from ._server import Client, Server, serve
from ._smooth import Curve, smooth

if TYPE_CHECKING:
    from ._sklearn import LengthCalibrator
    from ._trl import TrlCallback

__version__ = "0.1.0"
__all__ = [
    "AsyncRewardFunction", "BestOfN", "Calibrated", "Calibration", "Client", "Curve", "DataError", "Decisions", "Evaluation",
    "Inspection", "InternalError", "Interrupted", "LengthCalibrator", "Pairs", "Ranking", "Report", "RewardFunction",
    "Scores", "Server", "TareError", "TareWarning", "TrlCallback", "UnavailableError", "UsageError", "async_reward_func",
    "best_of_n", "calibrate", "decide", "evaluate", "inspect", "lowess", "pairs", "rank", "report", "reward_func", "score",
    "serve", "smooth", "version"]

# Classes that derive from those of libraries which take seconds to import.
_LATER = {"LengthCalibrator": "_sklearn", "TrlCallback": "_trl"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        import importlib
        return getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
