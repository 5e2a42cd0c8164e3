"""A judge of sums that answers as OpenAI's chat completions do, so that the example needs no model.

    python3 stub_judge.py url.txt      starts it in the background and writes its address

It is a bad judge on purpose, in three known ways: it likes length, it prefers the response that is
shown first, and now and then it does not answer. It ends by itself after two minutes without requests.
"""

import hashlib
import json
import math
import re
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

RIGHT = 3.0  # points for a right sum
LENGTH = 1.2  # points for each doubling of the length
FIRST = 0.8  # log-odds for the first place
IDLE = 120  # seconds


def chance(*parts):
    """A number from 0 to 1 that depends on its arguments alone."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def worth(text):
    found = re.findall(r"(\d+) \+ (\d+) = (\d+)", text)
    right = bool(found) and all(int(a) + int(b) == int(c) for a, b, c in found)
    noise = 1.5 * (chance("noise", text) - 0.5)
    return 3 + RIGHT * right + LENGTH * math.log2(max(len(text), 1) / 40) / 2 + noise


def probabilities(prompt):
    responses = re.findall(r"<response(?:_[A-Z])?>\n(.*?)\n</response", prompt, re.S)
    if len(responses) == 1:
        mean = worth(responses[0])
        weights = {str(n): math.exp(-((n - mean) ** 2) / 2) for n in range(1, 11)}
    else:
        values = [worth(text) + FIRST * (place == 0) for place, text in enumerate(responses)]
        weights = {chr(65 + place): math.exp(value) for place, value in enumerate(values)}
    total = sum(weights.values())
    # A language model keeps something for other words.
    return {label: 0.97 * weight / total for label, weight in weights.items()} | {"The": 0.03}


def answer(request):
    prompt = request["messages"][-1]["content"]
    table = probabilities(prompt)
    labels = [label for label in table if label != "The"]
    if chance("silence", prompt) < 0.02:
        label = "I cannot judge this."
    elif request.get("temperature", 1) == 0:
        label = max(labels, key=table.get)
    else:
        draw = chance("draw", prompt, request.get("seed")) * sum(table[label] for label in labels)
        for label in labels:
            draw -= table[label]
            if draw < 0:
                break
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": label},
        "finish_reason": "stop",
    }
    if request.get("logprobs"):
        top = [{"token": name, "logprob": math.log(max(p, 1e-12))} for name, p in table.items()]
        top.sort(key=lambda entry: -entry["logprob"])
        top = top[: request.get("top_logprobs", 0)]
        token = {"token": label, "logprob": math.log(table.get(label, 1e-9)), "top_logprobs": top}
        choice["logprobs"] = {"content": [token]}
    usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": 1}
    usage["total_tokens"] = sum(usage.values())
    return {"object": "chat.completion", "choices": [choice], "usage": usage}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, value):
        self.server.last = time.monotonic()
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply({"object": "list", "data": [{"id": "stub-judge", "object": "model"}]})

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.reply(answer(json.loads(self.rfile.read(length))))

    def log_message(self, *_):
        pass


def serve():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.last = time.monotonic()
    Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdout.close()
    while time.monotonic() - server.last < IDLE:
        time.sleep(0.5)


if sys.argv[1:] == ["--serve"]:
    serve()
else:
    child = subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    with open(sys.argv[1], "w") as file:
        file.write(child.stdout.readline())
