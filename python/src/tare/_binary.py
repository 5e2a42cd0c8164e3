"""The program: where it is, and a run of it."""
from __future__ import annotations

import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import sys
from typing import Callable, Mapping

from ._errors import BY_EXIT_CODE, DataError, InternalError, TareError, UsageError, warn
from ._progress import Bars, Progress

# How long a program that was told to stop may take to finish and store its batch.
_SECONDS_TO_STOP = 60
# In quotes stand values of the user's, except for options that there are not.
_OPTION = re.compile(r"(?:(?<=option ')|(?<![\w'\"-]))--([a-z][a-z-]*[a-z])\b")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


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
    raise InternalError("there is no program `tare`: install the wheel tare-rm, or set TARE_BINARY")


def run(
    *arguments: object, progress: Progress = False, names: Mapping[str, str] | None = None,
    note: Callable[[str], None] | None = None, ok: tuple[int, ...] = (0,),
) -> str:
    """What the program prints. Its notes become warnings, and its errors exceptions.

    A KeyboardInterrupt tells the program to stop (SIGTERM), waits until it has, and is raised again; a second one
    kills it.

    Arguments:
        progress: whether and how progress is shown.
        names: what the messages call a file that the user did not name, by its path.
        note: is given the notes in place of warnings.
        ok: exit codes that are no errors where something was printed.
    """
    words = [os.fspath(path()), *map(str, arguments)]
    for word in words:
        if "\0" in word:
            raise DataError(f"expected names and options without the character NUL, found {word!r}")
    code, output, lines = _supervised(words, Bars(progress))
    told = [_renamed(line, names or {}) for line in lines]
    if code == 0 or (code in ok and output.strip() and not _is_error(output)):
        for line in told:
            text = line.removeprefix("tare: ").removeprefix("warning: ")
            note(text) if note else warn(text)
        return output
    # The command line's own help is no help here.
    told = [line for line in told if not line.startswith(("Usage: ", "See 'tare", "Help: "))]
    message = "\n".join(line.removeprefix("tare: ").removeprefix("Error: ") for line in told)
    if code < 0:
        raise InternalError(f"tare was ended by signal {-code}. {message}".rstrip())
    kind = BY_EXIT_CODE.get(code, TareError)
    if kind is DataError:
        # Warnings may stand before the error, which is last.
        place = next((line for line in reversed(lines) if line.startswith("tare: ")), lines[-1] if lines else "")
        named = [str(word) for word in arguments if isinstance(word, (str, os.PathLike)) and os.fspath(word) in place]
        files = [word for word in named if word not in (names or {}) and os.path.exists(word)]
        raise DataError.parsed(message, files[0] if files else None)
    raise kind(message or f"tare ended with the exit code {code}")


def _is_error(output: str) -> bool:
    """Whether --json has printed an error in place of a result."""
    try:
        value = json.loads(output)
    except ValueError:
        return False
    return isinstance(value, dict) and set(value) == {"error"}


def _renamed(line: str, names: Mapping[str, str]) -> str:
    """The line with a table's name in place of its file's, and options as the arguments that they are in Python."""
    for place, name in names.items():
        if place in line:
            # Rows of a table are no lines.
            line = re.sub(r", line (\d+)", r", row \1", line.replace(place, name))
    return _OPTION.sub(lambda option: option[1].replace("-", "_"), line)


def _supervised(words: list[str], bars: Bars) -> tuple[int, str, list[str]]:
    """The program's exit code, its standard output, and what it told on standard error, a line each."""
    # It writes progress at once only to a terminal.
    terminal = _terminal() if bars.are_wanted else None
    child = started(words, terminal[1] if terminal else subprocess.PIPE)
    assert child.stdout is not None
    if terminal:
        os.close(terminal[1])
        errors = terminal[0]
    else:
        assert child.stderr is not None
        errors = child.stderr.fileno()
    output, told = bytearray(), _Lines(bars)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout.fileno(), selectors.EVENT_READ, output.extend)
            selector.register(errors, selectors.EVENT_READ, told.extend)
            while selector.get_map():
                for key, _ in selector.select():
                    try:
                        piece = os.read(key.fd, 1 << 20)
                    except OSError:
                        # A terminal whose other side was closed.
                        piece = b""
                    key.data(piece) if piece else selector.unregister(key.fd)
        code = child.wait()
        told.end()
        if code == 0:
            bars.finish()
    except BaseException:
        _stop(child)
        raise
    finally:
        bars.close()
        child.stdout.close()
        if child.stderr is not None:
            child.stderr.close()
        if terminal:
            os.close(terminal[0])
    return code, output.decode("utf-8", "replace"), told.lines


class _Lines:
    """The lines of a log, without those of progress, which become bars."""

    def __init__(self, bars: Bars) -> None:
        self.lines: list[str] = []
        self._bars, self._rest = bars, b""

    def extend(self, piece: bytes) -> None:
        *whole, self._rest = re.split(rb"[\r\n]", self._rest + piece)
        for line in whole:
            self._take(line)
        # A line on a terminal is whole though its end comes only with the next.
        if self._bars.take(_ESCAPES.sub("", self._rest.decode("utf-8", "replace"))):
            self._rest = b""

    def end(self) -> None:
        self._take(self._rest)
        self._rest = b""

    def _take(self, line: bytes) -> None:
        text = _ESCAPES.sub("", line.decode("utf-8", "replace")).strip()
        if text and not self._bars.take(text):
            self.lines.append(text)


def _terminal() -> tuple[int, int] | None:
    try:
        import tty
        outer, inner = os.openpty()
    except (ImportError, OSError):
        return None
    tty.setraw(inner)
    return outer, inner


def started(
    words: list[str], errors: int, output: int = subprocess.PIPE, source: int = subprocess.DEVNULL,
    is_apart: bool = False,
) -> subprocess.Popen[bytes]:
    """Ctrl-C on a terminal goes to Python alone, which then tells the program: told twice it would not finish its
    batch. The child inherits which signals the thread that starts it holds back.

    Arguments:
        is_apart: whether it has a session of its own, for a program that takes the signals that are held back, too.
    """
    environment = {**os.environ, "NO_COLOR": "1"}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        return subprocess.Popen(
            words, stdin=source, stdout=output, stderr=errors, env=environment, start_new_session=is_apart)
    except OSError as error:
        raise InternalError(f"{words[0]} cannot be started: {error.strerror}") from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(_SECONDS_TO_STOP)
    except BaseException:
        child.kill()
        child.wait()


def version() -> str:
    """The program's version.

    >>> version()
    '0.1.0'
    """
    return run("--version").strip()


def options(given: Mapping[str, object]) -> list[str]:
    """Keyword arguments as the program's options: `keep_mean=True` is --keep-mean, `it=0` is --it 0, and a list
    gives the option once for each element; None and False give none. A dict is NAME=VALUE: `where={"rm": "A"}`,
    `columns={"prompt": "question"}`."""
    words: list[str] = []
    for name, value in given.items():
        option = "--" + name.rstrip("_").replace("_", "-")
        if value is True:
            words.append(option)
        elif isinstance(value, Mapping):
            for key, one in value.items():
                if "=" in str(key) or (name == "columns" and "," in f"{key}{one}"):
                    raise UsageError(f"{name}: expected names without = or a comma, found {key!r}: {one!r}")
            assigned = [f"{key}={one}" for key, one in value.items()]
            words += [f"{option}={one}" for one in ([",".join(assigned)] if name == "columns" else assigned)]
        elif value is not None and value is not False:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                # A negative number after a blank would be an option, and nothing after = no value.
                words += [f"{option}={one}"] if str(one) else [option, ""]
    return words


def main() -> None:
    """The command `tare`. `tare demo --model` downloads with the pip of this Python."""
    program = path()
    os.environ.setdefault("TARE_PYTHON", sys.executable)
    os.execv(program, [program, *sys.argv[1:]])
