#!/usr/bin/env python3
"""Valid and hostile requests mixed against a `tare serve` that this starts; needs Python alone.

  python3 Benchmarks/hostile.py --model MODEL.gguf --head HEAD.safetensors --seconds 1200 --output results/speed/NAME.json

Fails if a valid answer differs from the first one to the same request by as much as a bit, if a hostile request is answered
with anything but 4xx (as JSON with an error, where the request was HTTP) or a closed connection, if a slow client is not cut
off, if the server ends, or if its memory or open files grow.

Memory: the median of the resident set, less what the prefix cache says that it holds, in the last quarter of the run may
be at most 16 MiB above that in the second. By then every kind of request has come many times. The allocator keeps up to
some megabytes a thread of what the largest bodies took, and when it gives them back is a matter of chance; a leak of 1 kB
a request is more than that after 16,000 requests.
"""
import argparse
import atexit
import collections
import datetime
import http.client
import json
import os
import pathlib
import platform
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head", help="of a model that has none of its own")
parser.add_argument("--seconds", type=float, default=1200)
parser.add_argument("--workers", type=int, default=6, help="clients at a time, beside one slow client of each kind")
parser.add_argument("--pause", type=float, default=0, help="seconds that a client rests after a request")
parser.add_argument("--sample", type=float, default=2, help="seconds between looks at the server's memory")
parser.add_argument("--threads", default="2", help="of the server")
parser.add_argument("--cache-memory", default="32MB", help="of the server: small, so that prefixes come and go")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--output")
arguments = parser.parse_args()

KEY = "a key with spaces"
BODY, TEXTS, TOKENS, TRANSFER = 200_000, 64, 256, 3
TOLERANCE = 16 << 20
folder = tempfile.TemporaryDirectory()
keyfile = pathlib.Path(folder.name, "key")
keyfile.write_text(KEY + "\n")
said = pathlib.Path(folder.name, "said")
server = subprocess.Popen(
    [arguments.tare, "serve", "--model", arguments.model, *(["--head", arguments.head] if arguments.head else []), "--port", "0", "--threads",
     arguments.threads, "--api-key-file", keyfile, "--max-body", str(BODY), "--max-texts", str(TEXTS), "--max-tokens",
     str(TOKENS), "--max-transfer-seconds", str(TRANSFER), "--max-seconds", "60", "--max-connections", "200", "--max-body-memory", str(8 * BODY),
     "--cache-memory", arguments.cache_memory, "--log-requests", "errors"],
    stderr=said.open("w"))
atexit.register(server.kill)
address = None
while address is None and server.poll() is None:
    time.sleep(0.05)
    address = re.search(r"http://([\d.]+):(\d+)", said.read_text())
if address is None:
    sys.exit("the server did not start: " + said.read_text())
HOST, PORT = address[1], int(address[2])

failures = []
counts = collections.Counter()
lock = threading.Lock()


def count(kind, outcome):
    with lock:
        counts[f"{kind}: {outcome}"] += 1


def fail(text):
    with lock:
        failures.append(text[:600])
    print("FAILED: " + text[:600], file=sys.stderr, flush=True)


# Valid requests and their answers.

WORDS = "red blue seven sings slowly the a bird über 42 語 because\n of".split(" ")
chance = random.Random(arguments.seed)
SAMPLES = [" ".join(chance.choices(WORDS, k=chance.choice([1, 3, 8, 20]))) for _ in range(12)]


def valid_requests():
    pairs = list(zip(SAMPLES, SAMPLES[1:]))
    for text, other in pairs:
        yield "/get_reward", {"query": [text, other], "prompts": ["", ""]}
        yield "/classify", {"input": text, "use_activation": False}
        yield "/classify", {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": other}]}
        yield "/classify", {"text": [text, other]}
        yield "/classify", {"input_ids": [5, 6, 7, 8]}
        yield "/pooling", {"input": [text, other], "encoding_format": "base64"}
        yield "/score", {"queries": text, "documents": [other, text]}
        yield "/rerank", {"query": text, "documents": SAMPLES[:5]}
        yield "/v1/rerank", {"query": text, "documents": [other], "use_activation": False}
        yield "/v1/classify", {"input": text}
        yield "/v1/embeddings", {"model": "m", "input": [text]}
        yield "/predict", {"inputs": [[text], [text, other]]}
        yield "/rerank", {"query": text, "texts": SAMPLES[:3], "raw_scores": True}
        yield "/reward", {"prompt": text, "response": other}
    yield "/get_reward", {"query": []}
    yield "/get_reward", {"query": (SAMPLES * 6)[:TEXTS]}


VALID = [(path, json.dumps(body)) for path, body in valid_requests()]


def post(path, body, headers={}, timeout=120):
    connection = http.client.HTTPConnection(HOST, PORT, timeout=timeout)
    try:
        connection.request("POST", path, body, {"Authorization": "Bearer " + KEY, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def rewards(body):
    """An answer without what differs every time."""
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in ("id", "created", "prompt_tokens_details")}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return json.dumps(strip(json.loads(body)))


def first_answers():
    answers = []
    for path, body in VALID:
        status, answer = post(path, body)
        if status != 200:
            sys.exit(f"{path} {body[:200]} was answered {status} {answer[:300]}")
        answers.append(rewards(answer))
    return answers


def ask(rng):
    place = rng.randrange(len(VALID))
    path, body = VALID[place]
    status, answer = post(path, body)
    if status in (429, 503):
        count("valid", f"{status}, come again")
    elif status != 200 or rewards(answer) != FIRST[place]:
        fail(f"{path} {body[:200]} was answered {status} {answer[:200]}, at first {FIRST[place][:200]}")
    else:
        count("valid", "the same bits")


# Hostile bodies: HTTP is right, what is in it is not.

DEEP = [b"[" * 90_000, b'{"a":' * 30_000, b'{"query":' + b"[" * 300 + b"]" * 300 + b"}", b'{"input": ' + b'[[' * 20_000]
MALFORMED = DEEP + [
    b"", b" ", b"{", b"nul", b"{'query': ['a']}", b'{"query": ["a"', b'{"query": ["a"],}', b'{"query" ["a"]}',
    b'{"query": ["a"]} x', b'{"query": [NaN]}', b'{"query": [1e999]}', b'{"query": [' + b"9" * 50_000 + b"e400]}",
    b'{"input": [' + b"9" * 100_000 + b"]}", b'{"query": ["\xff\xfe"]}', b'{"query": ["\xed\xa0\x80"]}', b"\xef\xbb\xbf",
    '{"query": ["a"]}'.encode("utf-16"), b'{"query": ["\\ud800"]}', b'{"query": ["a\\udc00b"]}', b'{"\\ud83d": 1}',
    b'{"query": ["\\ud800\\ud800"]}', b'{"query": ["\\u12"]}', b'{"query": ["\\x41"]}', b'{"query": ["\x00"]}', b"0" * 1000,
    b'"' + b"a" * 100_000, b"[" + b"0," * 50_000 + b"0]", b"null", b"true", b"3", b'"text"', b"[]", b"{}", b"\x00" * 100]
LONG = "word " * (TOKENS + 10)
WRONG = {
    "/get_reward": [{"query": "a"}, {"query": [1]}, {"query": None}, {"query": [["a"]]}, {"query": {"a": "b"}}, {"query": [""]},
                    {"query": ["a"] * (TEXTS + 1)}, {"query": [LONG]}, {"prompts": ["a"]}],
    "/classify": [{"input": 5}, {"input": [-1]}, {"input": [10**30]}, {"input": [2**31 - 1]}, {"input": [[]]}, {"input": {}},
                  {"input": "a", "use_activation": "x"}, {"input": LONG}, {"messages": "a"}, {"messages": []},
                  {"messages": [{"role": 1, "content": "a"}]}, {"messages": [{"role": "assistant", "content": [{"a": 1}]}]},
                  {"messages": [{"content": "a"}]}, {"text": None}, {"text": [None]}, {"input_ids": [0.5]},
                  {"input_ids": ["a", 1]}, {"input": "a", "truncate_prompt_tokens": -7}, {"input": "a", "system": "b"},
                  {"input": "a", "model": "another"}, {"input": "a", "truncate_prompt_tokens": 10**30},
                  {"messages": [{"role": "user", "content": "a"}], "chat_template": "{{ 1 }}"},
                  {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}]},
                  {"messages": [{"role": "user", "content": "a"}], "tools": "x" * 1000}],
    "/pooling": [{"input": True}, {"input": "a", "task": "x" * 10_000}, {"input": "a", "encoding_format": "x"}],
    "/score": [{"queries": ["a", "b"], "documents": ["a", "b", "c"]}, {"queries": "a"}, {"queries": 1, "documents": ["a"]},
               {"text_1": "a", "text_2": {}}],
    "/rerank": [{"documents": ["a"]}, {"query": "a", "documents": []}, {"query": "a", "documents": [1]},
                {"query": "a", "documents": ["b"], "top_n": -1}, {"query": "a", "documents": ["b"], "top_n": 1e300},
                {"query": [], "texts": ["a"]}, {"query": "a", "texts": ["b"], "return_text": 3}],
    "/v1/embeddings": [{"input": None}, {"input": [{}]}, {"model": "m"}],
    "/v1/classify": [{"input": [["a"]]}],
    "/predict": [{"inputs": ["a", "b", "c"]}, {"inputs": [[]]}, {"inputs": 1}, {"inputs": "a", "raw_scores": "x"}],
    "/tokenize": [{"prompt": 5}, {"prompt": "a", "add_special_tokens": "x"}, {"messages": [1]}, {"prompt": None}],
    "/detokenize": [{"tokens": [-1]}, {"tokens": [2**31 - 1]}, {"tokens": ["a"]}, {"tokens": {}}, {"tokens": [10**40]}],
    "/invocations": [{"input": [[]]}, {"model": "m"}, {"input": 1e308}],
    "/reward": [{"response": "a"}, {"prompt": 1, "response": "a"}, {"prompt": "a", "response": ["a"]}, {"prompt": [{}],
                "response": "a"}]}


def refused(kind, path, status, answer):
    """A refusal is 4xx, and says in JSON what is wrong."""
    try:
        says = "error" in json.loads(answer)
    except ValueError:
        says = False
    # A full budget of bodies or a full queue is nobody's fault here.
    if 400 <= status < 500 and says or status == 503 and b"retry later" in answer:
        count(kind, status)
    else:
        fail(f"{kind}: {path} was answered {status} {answer[:200]}")


def malformed(rng):
    path, body = rng.choice(sorted(WRONG)), rng.choice(MALFORMED)
    refused("malformed JSON", f"{path} {body[:60]}", *post(path, body))


def wrong(rng):
    path = rng.choice(sorted(WRONG))
    body = json.dumps(rng.choice(WRONG[path]))
    refused("wrong members", f"{path} {body[:100]}", *post(path, body))


def broken(rng):
    """A valid request with some of its bytes changed: any answer of HTTP will do but a fault of the server."""
    path, body = rng.choice(VALID)
    data = bytearray(body.encode())
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    status, answer = post(path, bytes(data))
    if status >= 500 and status != 503:
        fail(f"changed bytes: {path} {bytes(data[:200])} was answered {status} {answer[:200]}")
    count("changed bytes", status)


def stranger(rng):
    path, body = rng.choice(VALID)
    key = rng.choice(["", "Bearer", "Bearer ", "Bearer " + KEY + "x", "Basic YTpi", KEY, "Bearer " + "x" * 10_000])
    refused("wrong key", path, *post(path, body, {"Authorization": key}))


def nowhere(rng):
    path = rng.choice(["/", "//", "/get_reward/", "/GET_REWARD", "/../../etc/passwd", "/%00", "/%2e%2e/", "/x" * 3000, "/get_reward%20",
                       "/%F0%9F", "/metrics", "/health"])
    refused("unknown path", path[:60], *post(path, "{}"))


# Hostile HTTP.

HEAD = f"Host: {HOST}\r\nAuthorization: Bearer {KEY}\r\n".encode()
FINE = b"POST /get_reward HTTP/1.1\r\n" + HEAD


def connect():
    connection = socket.create_connection((HOST, PORT), timeout=60)
    return connection


def answer_of(connection):
    """The answer's first status, 0 for none before the server closed."""
    data = b""
    try:
        while len(data) < 12:
            piece = connection.recv(4096)
            if not piece:
                break
            data += piece
    except ConnectionError:
        return 0
    found = re.match(rb"HTTP/1\.[01] (\d{3})", data)
    return int(found[1]) if found else 0


RAW = [
    b"POST /get_reward HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", FINE + b"Content-Length: +2\r\n\r\n{}",
    FINE + b"Content-Length: 0x2\r\n\r\n{}", FINE + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    FINE + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
    FINE + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + b"T: a\r\n" * 20_000 + b"\r\n",
    FINE + b"X-Request-Id: " + b"\x1b]0;title\x07" * 20 + b"\r\nContent-Length: 2\r\n\r\n{}",
    b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n", b"HEAD /get_reward HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"BREW /get_reward HTTP/1.1\r\n" + HEAD + b"\r\n",
    b"GET /get_reward HTTP/1.1\r\n" + HEAD + b"\r\n", b"PUT /classify HTTP/1.1\r\n" + HEAD + b"Content-Length: 2\r\n\r\n{}",
    b"DELETE /metrics HTTP/1.1\r\n" + HEAD + b"\r\n", FINE + b"Content-Length: -5\r\n\r\n{}",
    FINE + b"Content-Length: 99999999999999999999999\r\n\r\n{}", FINE + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    FINE + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", FINE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    FINE + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}", FINE + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    FINE + b"".join(b"X-%d: a\r\n" % n for n in range(3000)) + b"\r\n", FINE + b"no colon\r\n\r\n", FINE + b"X\x00Y: a\r\n\r\n",
    b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n", b"POST /get_reward HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    FINE + b"Content-Length: %d\r\n\r\n" % (BODY + 1) + b"a" * (BODY + 1),
    FINE + b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b"a" * 0x8000 + b"\r\n" + (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 9,
    FINE + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n{"]


def raw(rng):
    data = rng.randbytes(rng.randrange(1, 5000)) if rng.random() < 0.2 else rng.choice(RAW)
    with connect() as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server did not wait for the end.
        status = answer_of(connection)
    # 100: go on, to a client that asks before it sends its body.
    if status and not 400 <= status < 500 and status not in (100, 503):
        fail(f"raw bytes: {data[:100]} was answered {status}")
    count("raw bytes", status or "closed")


def truncated(rng):
    body = rng.choice(VALID)[1].encode()
    with connect() as connection:
        connection.sendall(FINE + b"Content-Length: %d\r\n\r\n" % (len(body) + 100) + body)
        if rng.random() < 0.5:
            connection.shutdown(socket.SHUT_WR)
            status = answer_of(connection)
            if status == 200 or status >= 500 and status != 503:
                fail(f"truncated body: answered {status}")
    count("truncated body", "left")


def hang_up(rng):
    path, body = rng.choice(VALID)
    with connect() as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\n".encode() + HEAD + b"Content-Length: %d\r\n\r\n" % len(body.encode()) + body.encode())
        if rng.random() < 0.5:  # Close with a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        time.sleep(rng.random() * 0.02)
    count("hang up", "left")


def pipelined(rng):
    """The first of several requests at once is answered; garbage behind it does not become an answer of 2xx."""
    with connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n" + HEAD + b"\r\n" + rng.choice(RAW[:8]) + rng.randbytes(50))
        status = answer_of(connection)
    if status != 200 and not 400 <= status < 500:
        fail(f"pipelined: answered {status}")
    count("pipelined garbage", status)


def wide(rng):
    """Bodies that take many times their size once they are read."""
    filler = rng.choice([b'{"a":0},', b"[[[[0]]]],", b'"",', b"0,"])
    body = b'{"query": [' + filler * (BODY // len(filler) - 10) + b"0]}"
    status, answer = post("/get_reward", body)
    if status not in (400, 413, 429, 503):
        fail(f"wide body: was answered {status} {answer[:200]}")
    count("wide body", status)


def held(rng):
    """Almost a whole body on several connections at a time, whose memory is bounded for all together."""
    connections = []
    try:
        for _ in range(rng.randrange(2, 12)):
            connection = connect()
            connections.append(connection)
            connection.settimeout(TRANSFER)
            connection.sendall(FINE + b"Content-Length: %d\r\n\r\n{" % BODY + b" " * (BODY - 100))
        time.sleep(rng.random())
    except OSError:
        pass  # Refused in the middle: as it should be.
    for connection in connections:
        connection.close()
    count("held bodies", "left")


def churn(rng):
    """Texts that nobody has sent before drop others' prefixes from the cache; asked again, they have the same bits."""
    start = " ".join(rng.choices(WORDS, k=rng.randrange(1, 40)))
    texts = [start + " " + " ".join(rng.choices(WORDS, k=rng.randrange(1, 30))) for _ in range(rng.randrange(1, 4))]
    answers = []
    for order in (texts, list(reversed(texts))):
        status, answer = post("/get_reward", json.dumps({"query": order}))
        if status in (429, 503):
            return count("new texts", f"{status}, come again")
        if status == 400:
            return count("new texts", "too long")
        if status != 200:
            return fail(f"new texts: {order} was answered {status} {answer[:200]}")
        answers.append(json.loads(answer)["rewards"])
    if answers[0] != answers[1][::-1]:
        return fail(f"new texts: {texts} were answered {answers}")
    count("new texts", "the same bits")


HOSTILE = [malformed, wrong, broken, stranger, nowhere, raw, truncated, hang_up, pipelined, wide, held, churn]


# Slow clients: each must be cut off.

def slow(kind, start, byte, pause=0.3):
    begun = time.monotonic()
    with connect() as connection:
        connection.sendall(start)
        connection.settimeout(pause)
        while time.monotonic() < begun + 4 * TRANSFER + 20:
            try:
                if byte:
                    connection.sendall(byte)
                if not connection.recv(4096):
                    return count(kind, "cut off")
            except TimeoutError:
                pass
            except ConnectionError:
                return count(kind, "cut off")
    fail(f"{kind}: not cut off after {time.monotonic() - begun:.0f} s")


def deaf():
    """Asks much and takes no answer."""
    with connect() as connection:
        connection.settimeout(TRANSFER)
        try:
            while True:
                connection.sendall((b"GET /metrics HTTP/1.1\r\n" + HEAD + b"\r\n") * 200)
        except TimeoutError:
            pass
        except ConnectionError:
            return count("takes no answer", "cut off")
        time.sleep(2 * TRANSFER)
        connection.settimeout(10)
        try:
            while connection.recv(1 << 20):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            return fail("takes no answer: not cut off")
    count("takes no answer", "cut off")


SLOW = [
    lambda: slow("silent", b"", b""),
    lambda: slow("slow head", b"POST /get_reward HT", b"T"),
    lambda: slow("slow headers", FINE, b"X: a\r\n"),
    lambda: slow("half a request", FINE + b"Content-Length: 100\r\n\r\n{", b""),
    lambda: slow("slow body", FINE + b"Content-Length: 1000\r\n\r\n{", b" "),
    lambda: slow("slow body, unknown path", b"POST /x HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    lambda: slow("slow body, no key", b"POST /reward HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", b" "),
    lambda: slow("slow chunks", FINE + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    deaf]


# The run.

def resident():
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{server.pid}/status").read_text())[1]) << 10


def cached():
    """Bytes of the prefix cache, which has a limit of its own; what was last known where the server has no time to say."""
    global known
    try:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=2)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {KEY}"})
        known = int(re.search(r"^tare_prefix_cache_bytes (\d+)$", connection.getresponse().read().decode(), re.M)[1])
        connection.close()
    except (OSError, http.client.HTTPException, TypeError):
        pass
    return known


def files():
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def until_end(act, pause):
    while time.monotonic() < END and server.poll() is None:
        try:
            act()
        except Exception as error:
            fail(f"{type(error).__name__}: {error}")
        time.sleep(pause)


FIRST = first_answers()
files_before = files()
START = time.monotonic()
END = START + arguments.seconds
threads = []
for number in range(arguments.workers):
    rng = random.Random(arguments.seed * 1000 + number)
    threads.append(threading.Thread(target=until_end, args=(
        lambda rng=rng: (ask if rng.random() < 0.4 else rng.choice(HOSTILE))(rng), arguments.pause)))
threads += [threading.Thread(target=until_end, args=(act, arguments.pause)) for act in SLOW]
for thread in threads:
    thread.start()
samples, known = [], 0
while time.monotonic() < END and server.poll() is None:
    samples.append((time.monotonic() - START, resident() - cached(), files()))
    time.sleep(arguments.sample)
for thread in threads:
    thread.join()


def quarter(number, column):
    low = arguments.seconds / 4 * (number - 1)
    return statistics.median(s[column] for s in samples if low <= s[0] < low + arguments.seconds / 4)


result = {
    "date": datetime.date.today().isoformat(), "machine": next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine()), "command": f"--seconds {arguments.seconds:.0f} --workers {arguments.workers} "
    f"--pause {arguments.pause} --threads {arguments.threads}", "model": pathlib.Path(arguments.model).name,
    "seconds": round(time.monotonic() - START), "requests": dict(sorted(counts.items())), "total": sum(counts.values()),
    "failures": failures}
if server.poll() is not None:
    fail(f"the server ended with {server.returncode}: {said.read_text()[-2000:]}")
else:
    time.sleep(TRANSFER + 2)
    result |= {
        "MiB": {f"quarter {n}": round(quarter(n, 1) / 2**20, 1) for n in range(1, 5)},
        "files": {"before": files_before, "most": max(s[2] for s in samples), "after": files()}}
    if quarter(4, 1) > quarter(2, 1) + TOLERANCE:
        fail(f"memory grows: {result['MiB']}")
    if files() > files_before + 3:
        fail(f"files stay open: {result['files']}")
    if first_answers() != FIRST:
        fail("the last answers differ from the first")
    server.send_signal(signal.SIGTERM)
    if server.wait(30) != 0:
        fail(f"the server ended with {server.returncode}: {said.read_text()[-2000:]}")
text = json.dumps(result, indent=2) + "\n"
if arguments.output:
    pathlib.Path(arguments.output).write_text(text)
print(text)
sys.exit(1 if failures else 0)
