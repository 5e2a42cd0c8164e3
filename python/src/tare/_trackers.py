"""Results in experiment trackers."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import UsageError

# MLflow refuses every other character in a metric's name.
_NOT_IN_A_NAME = re.compile(r"[^\w\-. /]", re.ASCII)


def log(
    metrics: Mapping[str, float], rows: Sequence[Mapping[str, Any]], json: Mapping[str, Any], name: str, tracker: Any,
    prefix: str, step: int | None,
) -> None:
    """Logs to the tracker's active run.

    Raises:
        UsageError: for a tracker that is not known, or without an active run. MLflow begins one by itself.
    """
    numbers = {prefix + key: value for key, value in metrics.items()}
    if tracker == "mlflow":
        import mlflow
        mlflow.log_metrics(_by_plain_names(numbers), step=step)
        mlflow.log_dict(dict(json), f"{_NOT_IN_A_NAME.sub('_', prefix)}{name}.json")
        return
    run = _active(tracker) if isinstance(tracker, str) else tracker
    library = type(run).__module__.split(".")[0]
    if library == "wandb":
        import wandb
        cells = _table(rows)
        table = wandb.Table(columns=list(cells), data=[list(row) for row in zip(*cells.values())])
        run.log({**numbers, f"{prefix}{name}": table}, step=step)
    elif library == "trackio":
        run.log(numbers, step=step)
    else:
        raise UsageError(f"expected 'wandb', 'mlflow', 'trackio', or a run, found {type(run).__name__} as a tracker")


def _active(tracker: str) -> Any:
    run: Any
    if tracker == "wandb":
        import wandb
        run = wandb.run
    elif tracker == "trackio":
        import trackio
        run = trackio.context_vars.current_run.get()
    else:
        raise UsageError(f"expected 'wandb', 'mlflow', 'trackio', found the tracker {tracker!r}")
    if run is None:
        raise UsageError(f"no run of {tracker} is active: call {tracker}.init(…) first")
    return run


def _by_plain_names(numbers: Mapping[str, float]) -> dict[str, float]:
    """Names that MLflow takes; two that become one are told apart."""
    plain: dict[str, float] = {}
    for name, value in numbers.items():
        short = _NOT_IN_A_NAME.sub("_", name)
        choice, number = short, 2
        while choice in plain:
            choice, number = f"{short}_{number}", number + 1
        plain[choice] = value
    return plain


def _table(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Columns with one type each, which wandb insists on."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    for name, values in columns.items():
        kinds = {type(value) for value in values if value is not None}
        if not kinds <= {int, float}:
            columns[name] = [None if value is None else str(value) for value in values]
    return columns
