"""A reward server: started, asked, reused, and stopped at the end."""
from __future__ import annotations

import atexit
import collections
import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _binary
from ._errors import BY_EXIT_CODE, DataError, InternalError, TareError, UnavailableError

if TYPE_CHECKING:
    import http.client

Conversation = Mapping[str, Any]
"""`messages`, and what else the chat template reads: `tools`, `chat_template_kwargs`."""

# So that the server packs conversations together, and computes a prompt once for all its responses.
_CONNECTIONS = 32
_SECONDS_TO_STOP = 30


class Client:
    """Rewards of a `tare serve` somewhere.

    Arguments:
        url: its address, `http://HOST:5000`.
        key: what it wants as `Authorization: Bearer KEY`.
        patience: how many seconds a server may be busy or silent before `UnavailableError`.
    """

    def __init__(self, url: str, *, key: str | None = None, patience: float = 600) -> None:
        import urllib.parse
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DataError(f"expected http://HOST:PORT, found the address {url!r}")
        self.url, self.patience = url.rstrip("/"), patience
        self._parts, self._key = parts, key
        self._local = threading.local()
        self.is_calibrated = False

    def rewards(self, conversations: Sequence[Conversation]) -> list[float]:
        """The reward of each conversation's last message, in order, raw unless the server has a calibration.

        Raises:
            DataError: for a conversation that is not what it must be; `row` is its place.
            UnavailableError: where the server does not answer.
        """
        if not conversations:
            return []
        import concurrent.futures
        pool = concurrent.futures.ThreadPoolExecutor(min(_CONNECTIONS, len(conversations)))
        try:
            return list(pool.map(self._reward, range(len(conversations)), conversations))
        finally:
            # After an error, or Ctrl-C, what has been asked for is not waited for.
            pool.shutdown(wait=False, cancel_futures=True)

    def rewards_of_texts(
        self, texts: Sequence[str], prompts: Sequence[str] | None = None,
    ) -> tuple[list[float], list[float] | None]:
        """The rewards of conversations that a trainer has rendered, special tokens included, and the raw rewards where
        the server has a calibration.

        Arguments:
            prompts: the rendered prompts, which a calibration needs to know where the responses begin.
        """
        body: dict[str, Any] = {"query": list(texts)}
        if prompts is not None:
            body["prompts"] = list(prompts)
        answer = self._post("/get_reward", body, 0)
        raw = answer["extra_logs"].get("raw_rewards")
        return [float(reward) for reward in answer["rewards"]], raw and [float(reward) for reward in raw]

    def _reward(self, place: int, conversation: Conversation) -> float:
        answer = self._post("/classify", {**conversation, "use_activation": False}, place)
        return float(answer["data"][0]["probs"][0])

    def _post(self, path: str, body: Mapping[str, Any], place: int) -> Any:
        import http.client
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        end, failures = time.monotonic() + self.patience, 0
        while True:
            try:
                connection = self._connection()
                connection.request("POST", self._parts.path.rstrip("/") + path, content, headers)
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._close()
                failures += 1
                # A connection that was kept may have been closed meanwhile.
                if failures > 3 or time.monotonic() > end:
                    raise UnavailableError(f"{self.url} does not answer: {error or type(error).__name__}") from error
                time.sleep(0.05 * failures)
                continue
            if response.headers.get("Connection", "").lower() == "close":
                self._close()
            if response.status == 200:
                self.is_calibrated |= response.headers.get("Tare-Calibration") is not None
                return json.loads(answer)
            message = _message(answer) or f"{response.status} {response.reason}"
            if response.status in (429, 503) and time.monotonic() < end:
                time.sleep(_pause(response.headers.get("Retry-After")))
                continue
            if response.status in (400, 413, 422):
                text = re.sub(r"^text 0\b", f"conversation {place + 1}", message)
                raise DataError(text, row=place)
            if response.status in (401, 403, 404, 405, 408, 429, 502, 503, 504):
                raise UnavailableError(f"{self.url}: {message}")
            raise InternalError(f"{self.url}: {message}")

    def _connection(self) -> http.client.HTTPConnection:
        import http.client
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            assert self._parts.hostname
            connection = kind(self._parts.hostname, self._parts.port, timeout=max(1.0, self.patience))
            self._local.connection = connection
        return connection

    def _close(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None


class Server(Client):
    """A `tare serve` of this process's own on a free port of this machine; it ends with the process.

    A context manager: `with tare.serve(model) as server: server.rewards(…)`.
    """

    def __init__(self, words: Sequence[str], patience: float = 600) -> None:
        self._process = _binary.started(
            [_binary.path(), "serve", *words, "--port", "0"], subprocess.PIPE, subprocess.DEVNULL, is_apart=True)
        self._owner = os.getpid()
        self._told: collections.deque[str] = collections.deque(maxlen=50)
        try:
            address = self._awaited()
            # Ends the server when this process is killed, too.
            self._guard = _binary.started(
                ["/bin/sh", "-c", 'read _; kill -TERM "$1" 2>/dev/null', "sh", str(self._process.pid)],
                subprocess.DEVNULL, subprocess.DEVNULL, subprocess.PIPE, is_apart=True)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        super().__init__(address, patience=patience)
        threading.Thread(target=self._drain, daemon=True, name="tare serve").start()

    def _awaited(self) -> str:
        """The address, once the model is loaded."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.decode("utf-8", "replace").strip()
            self._told.append(text)
            if found := re.search(r" on (https?://[^\s,;]+)", text):
                return found[1]
        code = self._process.wait()
        message = "\n".join(line.removeprefix("tare: ").removeprefix("Error: ") for line in self._told)
        kind = BY_EXIT_CODE.get(code, TareError)
        raise DataError.parsed(message) if kind is DataError else kind(message)

    def _drain(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stderr:
                self._told.append(line.decode("utf-8", "replace").strip())

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def _post(self, path: str, body: Mapping[str, Any], place: int) -> Any:
        try:
            return super()._post(path, body, place)
        except UnavailableError as error:
            if self.is_running:
                raise
            told = "\n".join(self._told)
            raise InternalError(f"tare serve ended with {self._process.returncode}: {told}") from error

    def stop(self) -> None:
        """Ends the server when the requests it has are answered. In a forked process this does nothing."""
        if os.getpid() != self._owner:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_SECONDS_TO_STOP)
            except BaseException:
                self._process.kill()
                self._process.wait()
        self._guard.kill()
        self._guard.wait()
        for stream in (self._guard.stdin, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Server({self.url!r}, {'running' if self.is_running else 'stopped'})"


def serve(model: str | os.PathLike[str] | None = None, **options: Any) -> Server:
    """Starts a reward server, and returns once its model is loaded.

    Arguments:
        model: a folder in Hugging Face layout, a .gguf file, or ORG/NAME once pulled.
        options: every other option of `tare serve`, with _ for -: head="head.safetensors",
            calibration="length.json", engine="http://HOST:8000".
    """
    return Server(_words(model, options))


def _words(model: Any, options: Mapping[str, Any]) -> list[str]:
    plain = {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in options.items()}
    return _binary.options({"model": None if model is None else os.fspath(model)} | plain)


_shared: dict[tuple[str, ...], Server] = {}
_lock = threading.Lock()


def shared(model: Any, options: Mapping[str, Any]) -> Server:
    """The process's one server of this model with these options, which is started where it does not run."""
    words = tuple(_words(model, options))
    with _lock:
        server = _shared.get(words)
        if server is None or server._owner != os.getpid() or not server.is_running:
            server = _shared[words] = Server(words)
        return server


@atexit.register
def _stop_shared() -> None:
    for server in list(_shared.values()):
        server.stop()
    _shared.clear()


def _message(answer: bytes) -> str:
    try:
        content = json.loads(answer)
    except ValueError:
        return answer.decode("utf-8", "replace").strip()
    error = content.get("error", content) if isinstance(content, dict) else content
    return str(error.get("message", error) if isinstance(error, dict) else error)


def _pause(after: str | None) -> float:
    try:
        return min(max(float(after or 0.2), 0.05), 30.0)
    except ValueError:
        return 1.0


def turns(prompts: Sequence[Any], completions: Sequence[Any]) -> Iterator[list[Mapping[str, Any]]]:
    """The messages of each prompt with its completion, which are texts or lists of messages."""
    for row, (prompt, completion) in enumerate(zip(prompts, completions)):
        before = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
        after = [{"role": "assistant", "content": completion}] if isinstance(completion, str) else list(completion)
        role = after[-1].get("role") if after else None
        if role != "assistant":
            # The server scores what it is given, whoever spoke last.
            raise DataError(
                f"conversation {row + 1}, messages: expected a completion that ends with the assistant, found "
                f"{'no message' if role is None else repr(role)}", row=row)
        yield before + after
