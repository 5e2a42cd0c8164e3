"""Inspection: what a model is, and what is suspicious about it."""
from __future__ import annotations

import dataclasses
import json
import os
from typing import Any

from . import _binary, _tables
from ._progress import Progress
from ._results import Result, finite


@dataclasses.dataclass(frozen=True, repr=False)
class Inspection(Result):
    """Facts about a model; with `routing` or `attention`, figures of what goes on inside it."""
    json: dict[str, Any]
    """What `tare inspect --json` prints."""

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What is suspicious: `severity` (error, warning, note) and `what`."""
        findings: list[dict[str, Any]] = self.json.get("findings") or []
        return findings

    @property
    def can_score(self) -> bool:
        """Whether nothing makes scoring impossible."""
        return not any(finding.get("severity") == "error" for finding in self.findings)

    @property
    def table(self) -> list[dict[str, Any]]:
        """The facts that are one value, a row each."""
        return [
            {"fact": name, "value": value} for name, value in self.json.items()
            if isinstance(value, (str, int, float, bool))]

    def rows(self) -> list[dict[str, Any]]:
        facts = [row for row in self.table if row["fact"] not in ("path", "sha256")]
        return facts + [{"fact": finding.get("severity"), "value": finding.get("what")} for finding in self.findings]

    def metrics(self) -> dict[str, float]:
        return finite({name: value for name, value in self.json.items() if not isinstance(value, bool)})

    def plot(self, ax: Any = None) -> Any:
        """Facts have no picture; `tare.report(inspection=…)` draws routing and attention."""
        raise TypeError("expected tare.report(inspection=…), found a plot of an inspection")

    def _caption(self) -> str:
        return str(self.json.get("name", "inspection"))

    def __repr__(self) -> str:
        counts = {kind: sum(f.get("severity") == kind for f in self.findings) for kind in ("error", "warning", "note")}
        said = ", ".join(f"{count} {kind}s" for kind, count in counts.items() if count)
        return f"Inspection({self.json.get('name')!r}{', ' + said if said else ''})"


def inspect(
    model: str | os.PathLike[str], *, routing: Any = None, attention: Any = None, progress: Progress = None,
    **options: Any,
) -> Inspection:
    """What a model is: family, sizes, memory, reward head, chat template, and what is suspicious about it.

    Arguments:
        model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.
        routing: conversations on which a mixture of experts is watched.
        attention: conversations on which attention and gates are watched.
        options: every other option of `tare inspect`, with _ for -.
    """
    names: dict[str, str] = {}
    words = _binary.options({"model": os.fspath(model)} | options)
    with _tables.folder() as folder:
        for option, data in (("--routing", routing), ("--attention", attention)):
            if data is not None:
                with _tables.given(data, folder / f"{option[2:]}.arrow", names) as (source, _):
                    words += [option, source]
        # 65 says that the model cannot score as it is, which is among the findings.
        printed = _binary.run("inspect", *words, "--json", progress=progress, names=names, ok=(0, 65))
    return Inspection(json.loads(printed))
