"""The program: where it is, and a run of it."""
from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import warnings


class TareError(Exception):
    """What the program refused, in its words, which name the file, the row and the column."""
    exit_code = 70


class UsageError(TareError):
    """An option that there is not, or that does not go with another."""
    exit_code = 64


class BadData(TareError, ValueError):
    """A table, a file or a value that is not what it must be."""
    exit_code = 65


class Unreachable(TareError):
    """An engine or a hub that gives no answer."""
    exit_code = 69


class InternalFault(TareError):
    """A fault of the program's, or of the machine's: a full disk."""
    exit_code = 70


class Busy(TareError):
    """More than can be done now."""
    exit_code = 75


class Interrupted(TareError):
    """Stopped; what was finished is kept."""
    exit_code = 130


class TareWarning(UserWarning):
    """What the program tells beside a result."""


_errors = {error.exit_code: error for error in (UsageError, BadData, Unreachable, InternalFault, Busy, Interrupted)}


def path() -> str:
    """The program: $TARE_BINARY, the wheel's own, or the one on the PATH."""
    chosen = os.environ.get("TARE_BINARY")
    if chosen:
        return chosen
    own = pathlib.Path(__file__).with_name("bin") / "tare"
    if own.exists():
        return str(own)
    # The script of this package has the program's name.
    script = pathlib.Path(sys.prefix) / "bin" / "tare"
    found = shutil.which("tare")
    if found and pathlib.Path(found) != script:
        return found
    raise InternalFault("there is no program `tare`: install the wheel tare-rm, or set TARE_BINARY")


def run(*arguments: object) -> str:
    """What the program prints. Its notes become warnings, and its errors exceptions.

    A KeyboardInterrupt ends the program as Ctrl-C does, and goes on.
    """
    child = subprocess.Popen(
        [path(), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8")
    try:
        output, told = child.communicate()
    except BaseException:
        child.send_signal(signal.SIGINT)
        try:
            child.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        raise
    told = told.strip()
    if child.returncode == 0:
        for line in filter(None, told.splitlines()):
            warnings.warn(line.removeprefix("tare: ").removeprefix("warning: "), TareWarning, stacklevel=4)
        return output
    if child.returncode < 0:
        raise InternalFault(f"tare was ended by signal {-child.returncode}. {told}")
    raise _errors.get(child.returncode, TareError)(told.removeprefix("tare: ").removeprefix("Error: "))


def version() -> str:
    """The program's version.

    >>> version()
    '0.1.0'
    """
    return run("--version").strip()


def options(given: dict[str, object]) -> list[str]:
    """Keyword arguments as the program's options: `keep_mean=True` is --keep-mean, `it=0` is --it 0, and a list
    gives the option once for each element; None and False give none."""
    words: list[str] = []
    for name, value in given.items():
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                # A negative number after a blank would be an option.
                words.append(f"{option}={one}")
    return words


def main() -> None:
    """The command `tare`."""
    program = path()
    os.execv(program, [program, *sys.argv[1:]])
