"""The report: one HTML page, whole or in parts."""
from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Sequence
from typing import Any

from . import _binary, _tables
from ._errors import warn
from ._inspect import Inspection
from ._progress import Progress

_SECTION = re.compile(r'<section id="([^"]+)".*?</section>', re.DOTALL)


@dataclasses.dataclass(frozen=True, repr=False)
class Report:
    """A page that needs nothing else. A notebook shows it in a frame."""
    html: str
    height: int = 640
    """Of the frame, in pixels."""

    @property
    def sections(self) -> list[str]:
        """The names of the page's sections, as `part` takes them."""
        return [found[1] for found in _SECTION.finditer(self.html)]

    def part(self, *sections: str) -> Report:
        """The page with these sections alone."""
        unknown = [name for name in sections if name not in self.sections]
        if unknown:
            raise KeyError(f"expected {', '.join(self.sections)}, found {unknown[0]!r}")
        kept = _SECTION.sub(lambda found: found[0] if found[1] in sections else "", self.html)
        kept = re.sub(r'<nav aria-label="Sections">.*?</nav>', "", kept, flags=re.DOTALL)
        kept = re.sub(r'<header class="top">.*?</header>', "", kept, flags=re.DOTALL)
        return Report(kept, self.height)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def _repr_html_(self) -> str:
        import html
        page = html.escape(self.html)
        return (
            f'<iframe srcdoc="{page}" sandbox="allow-scripts" style="width:100%;height:{self.height}px;'
            'border:1px solid #8884" title="Reward model report"></iframe>')

    def __repr__(self) -> str:
        return f"Report({', '.join(self.sections)})"


def report(
    data: Any = None, *, inspection: Inspection | Sequence[Inspection] | None = None, score: Any = None,
    group: Any = None, label: Any = None, length: Any = None, progress: Progress = None, **options: Any,
) -> Report:
    """A report on the scores: how good they are, what they have to do with length, whether to calibrate, and which
    pairs that decides differently.

    Arguments:
        data: a table with a row a response or a pair; with a column `calibrated` that is shown, else a calibration
            is made for the report.
        inspection: what `tare.inspect(routing=…)` or `attention=…` gave; may stand alone.
        options: every other option of `tare report`, with _ for -: title="Which head?", examples=5.

    >>> rows = [{"prompt_id": p, "score": s, "label": l, "length": n} for p, s, l, n in
    ...         [("a", 2.0, 1, 9), ("a", 1.0, 0, 5), ("b", 0.0, 1, 7), ("b", 3.0, 0, 8)]]
    >>> report(rows, method="none").part("accuracy")
    Report(accuracy)
    """
    chosen = {"score": score, "group": group, "label": label, "length": length} | options
    names: dict[str, str] = {}
    words = _binary.options(chosen)
    inspections = [inspection] if isinstance(inspection, Inspection) else list(inspection or [])
    with _tables.folder() as folder:
        for place, one in enumerate(inspections):
            file = folder / f"inspection-{place}.json"
            file.write_text(json.dumps(one.json), encoding="utf-8")
            words += ["--inspection", str(file)]
        output = folder / "report.html"
        if data is None:
            _binary.run("report", *words, "-o", output, progress=progress, names=names, note=_quiet)
        else:
            with _tables.given(data, folder / "scores.arrow", names, chosen) as (source, _):
                _binary.run("report", source, *words, "-o", output, progress=progress, names=names, note=_quiet)
        return Report(output.read_text(encoding="utf-8"))


def _quiet(note: str) -> None:
    """Where the page was written is no news; everything else is a warning."""
    if not note.startswith("wrote "):
        warn(note)
