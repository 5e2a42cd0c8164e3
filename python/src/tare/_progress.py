"""Progress of long work: the program's lines on a terminal, as a bar of tqdm's kind."""
from __future__ import annotations

import re
import sys
from typing import Any, Callable, Union

Progress = Union[bool, Callable[..., Any], None]
"""None shows a bar where someone watches (a terminal or a notebook) and tqdm is installed; True shows one, False none;
a class such as `tqdm.notebook.tqdm` is called as tqdm's with `total`, `desc` and `unit`."""

# `scored 120/480, 366 tokens/s, 1:02 left`.
_LINE = re.compile(r"(\S.*?) (\d+)/(\d+), ")


class Bars:
    """The bars of one run: one for each kind of work that the program counts."""

    def __init__(self, progress: Progress) -> None:
        self._make = _maker(progress)
        self._bar: Any = None
        self._work: tuple[str, int] | None = None

    @property
    def are_wanted(self) -> bool:
        return self._make is not None

    def take(self, line: str) -> bool:
        """Whether the line was one of progress."""
        found = _LINE.match(line)
        if not found or self._make is None:
            return False
        work, done, total = found[1], int(found[2]), int(found[3])
        if (work, total) != self._work:
            self.close()
            self._work = work, total
            self._bar = self._make(total=total, desc=work, unit=" responses")
        self._bar.update(done - self._bar.n)
        return True

    def finish(self) -> None:
        """All is done, also what came after the last line."""
        if self._bar is not None and self._work is not None:
            self._bar.update(self._work[1] - self._bar.n)
        self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = self._work = None


def _maker(progress: Progress) -> Callable[..., Any] | None:
    if callable(progress):
        return progress
    if progress is False or (progress is None and not _is_watched()):
        return None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        if progress:
            raise ImportError("progress=True shows a bar of tqdm's: pip install tqdm") from None
        return None
    return tqdm  # type: ignore[no-any-return, unused-ignore]


def _is_watched() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel") or (sys.stderr is not None and sys.stderr.isatty())
