"""Requests and answers as the recorder and the comparison share them: tables of requests, servers that are started and
ended, and answers in a form in which what differs with every answer (ids, times) does not."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
HEADERS = ["content-type", "location", "allow", "x-request-id", "metadata", "retry-after", "www-authenticate"]
USUAL = ("content-type", "application/json")
LONGEST = 160  # Characters of a text that are kept: errors may repeat the request.


class Table:
    """The requests of `requests/SERVER.json`. A row's `on` names models (default: q3rm); `raw` is a body as it stands, base64
    if `coded`; `keep` says that of a body only the names of metrics, or nothing, is recorded. A text "@NAME" in a body is one
    of `texts`, which are a piece and how often it is repeated, or the model's name."""

    def __init__(self, server):
        content = json.loads((HERE / "requests" / f"{server}.json").read_text())
        self.texts = {"@" + name: piece * count for name, (piece, count) in content["texts"].items()}
        self.rows = content["requests"]
        assert len({row["name"] for row in self.rows}) == len(self.rows), "two requests of one name"

    def models(self):
        return list(dict.fromkeys(model for row in self.rows for model in row.get("on", ["q3rm"])))

    def on(self, model):
        return [row for row in self.rows if model in row.get("on", ["q3rm"])]

    def body(self, row, model):
        if "raw" in row:
            return base64.b64decode(row["raw"]) if row.get("coded") else row["raw"].encode()
        if "body" not in row:
            return None
        return json.dumps(self.filled(row["body"], model)).encode()

    def filled(self, value, model):
        if isinstance(value, dict):
            return {key: self.filled(each, model) for key, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each, model) for each in value]
        if value == "@MODEL":
            return model
        return self.texts.get(value, value) if isinstance(value, str) else value


def answer(url, table, row, model):
    """What the server at `url` says to a request: status, headers and body."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    body = table.body(row, model)
    headers = dict(row.get("headers", {}))
    if "body" in row and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    try:
        connection.putrequest(row["method"], row["path"])
        if body is not None:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "body": type(error).__name__}
    finally:
        connection.close()
    kept = {}
    for name, value in response.getheaders():
        name = name.lower()
        if (name in HEADERS or name.startswith("access-control-")) and (name, value) != USUAL:
            kept[name] = value.replace(f"{address.hostname}:{address.port}", "HOST")
    made = {"status": response.status}
    if "metadata" in kept:
        kept["metadata"] = plain(json.loads(kept["metadata"]), model)
    if kept:
        made["headers"] = kept
    keep = row.get("keep", "all")
    if keep == "metrics":
        lines = content.decode().splitlines()
        made["body"] = sorted(line.removeprefix("# TYPE ") for line in lines if line.startswith("# TYPE "))
    elif keep == "all" and content:
        made["body"] = read(content, kept.get("content-type", ""), model)
    return made


def read(content, kind, model):
    if "octet-stream" in kind:
        return {"base64": base64.b64encode(content).decode()}
    try:
        return plain(json.loads(content), model)
    except ValueError:
        return shortened(content.decode(errors="replace"))


def shortened(text):
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def plain(value, model):
    """Ids by their form, times by their type, the model's folder by its name, numbers to nine digits."""
    if isinstance(value, dict):
        return {key: "SECONDS" if key in ("created", "created_at", "unix") and is_now(each) else plain(each, model)
                for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, model) for each in value]
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, str):
        value = re.sub(rf"/[^ ]*/{model}\b", "FOLDER", value)
        value = re.sub(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "UUID", value)
        value = re.sub(r"\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b", lambda found: f"HEX{len(found[0])}", value)
        return shortened(value) if " " in value else value
    return value


def is_now(value):
    return type(value) in (int, float) and abs(value - time.time()) < 3600


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@contextlib.contextmanager
def server(command, path, port, environment=None, seconds=300):
    """Starts a server and waits until it answers `path`; ends it, and what it started, in the end."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(each) for each in command], stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **(environment or {})})
        try:
            until = time.monotonic() + seconds
            while True:
                if process.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    raise SystemExit(f"{command[0]} does not serve:\n{log.read().decode(errors='replace')[-4000:]}")
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", path)
                    connection.getresponse().read()
                    break
                except (OSError, http.client.HTTPException):
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
