"""What can go wrong, as exceptions and warnings."""
from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings


class TareError(Exception):
    """What the program refused, in its words."""
    exit_code = 70


class UsageError(TareError):
    """An option that does not exist, or that does not go with another."""
    exit_code = 64


class DataError(TareError, ValueError):
    """A table, file or value that is not what it must be.

    Attributes:
        file: the file; None for a table in memory.
        row: the row's position from 0, so that `df.iloc[error.row]` is the row; None where no row is named.
        line: the line of a text file, from 1; None where no line is named.
        column: the column; None where none is named.
    """
    exit_code = 65

    def __init__(
        self, message: str, *, file: str | None = None, row: int | None = None, line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.file, self.row, self.line, self.column = file, row, line, column

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), str(self), self.__dict__)

    @classmethod
    def parsed(cls, message: str, file: str | None = None) -> DataError:
        """From the program's message, which begins with the place: `FILE, row 4, column 'score': expected …`."""
        place = re.split(r"(?:^|: )(?:expected|found) ", message, maxsplit=1)[0]
        row, line = re.search(r"\brow (\d+)", place), re.search(r"\bline (\d+)", place)
        column = re.search(r"\bcolumn '((?:[^']|'(?![,:]|$))*)'", place) or re.search(r"\bno column '([^']*)'", message)
        return cls(
            message, file=file, row=int(row[1]) - 1 if row else None, line=int(line[1]) if line else None,
            column=column[1] if column else None)


def _restored(kind: type[DataError], message: str, places: dict[str, object]) -> DataError:
    error = kind(message)
    error.__dict__.update(places)
    return error


class UnavailableError(TareError):
    """A server or hub that does not answer, or that is too busy: retry later."""
    exit_code = 69


class InternalError(TareError):
    """A fault of the program's or the machine's, such as a full disk."""
    exit_code = 70


class Interrupted(TareError):
    """The program was stopped; what was finished is kept."""
    exit_code = 130


class TareWarning(UserWarning):
    """What the program tells beside a result."""


def warn(text: str) -> None:
    """A TareWarning at the line of the caller's own code."""
    own, level, frame = (os.path.dirname(__file__) + os.sep, contextlib.__file__), 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, TareWarning, stacklevel=level)


BY_EXIT_CODE: dict[int, type[TareError]] = {
    64: UsageError, 65: DataError, 69: UnavailableError, 70: InternalError, 75: UnavailableError,
    130: Interrupted}
