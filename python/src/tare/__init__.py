"""Scores of reward models: calibrated, evaluated, ranked, smoothed.

Every function hands a table to the `tare` program, which the wheel holds, and returns what it found. Tables are
pandas or polars data frames, pyarrow tables, `datasets.Dataset`, lists of dicts, dicts of columns, or names of files.
"""
from ._binary import (
    BadData, Busy, InternalFault, Interrupted, TareError, TareWarning, Unreachable, UsageError, version)
from ._calibrate import Calibrated, Calibration, calibrate
from ._evaluate import Evaluation, evaluate
from ._lowess import lowess
from ._rank import pairs, rank
from ._smooth import Curve, smooth

__version__ = "0.1.0"
__all__ = [
    "BadData", "Busy", "Calibrated", "Calibration", "Curve", "Evaluation", "InternalFault", "Interrupted", "TareError",
    "TareWarning", "Unreachable", "UsageError", "calibrate", "evaluate", "lowess", "pairs", "rank", "smooth", "version"]
