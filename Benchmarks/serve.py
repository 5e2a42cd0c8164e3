#!/usr/bin/env python3
"""What `tare serve` costs over bare scoring: idle, at full load, and with long prompts in common. Needs wrk (Debian: apt-get install wrk).

  python3 Benchmarks/serve.py MODEL.gguf HEAD.safetensors --output results/speed/NAME.json

Idle: one connection, requests with no text and with one short text, by wrk; and 150 from here on one connection, each with the model's own time
(`tare_model_seconds_total` of /metrics) taken off what it took: the server's overhead, and the client's in it. Full load: 32 connections that each send one text of some hundred
tokens and wait; in turn with `tare score` on the same texts. Its seconds for all texts less those for one leave out start
and loading. The server's rate is counted between the ends of two passes well inside the run of wrk. Beside the rates stands
the processors' time a token (user and system, all threads), which other work on the machine hardly changes; with more than
one thread it holds the waiting of threads for each other. Prefixes: 32 requests
at a time, each a text of its own, that have a long prompt in common, and the same with prompts that differ at the start.
wrk runs on the same cores as the server.
"""
import argparse
import datetime
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("head")
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--precision", default="bfloat16")
parser.add_argument("--pairs", default="datasets/balanced-pairs.jsonl")
parser.add_argument("--threads", default="1", help="of the model, in both")
parser.add_argument("--texts", type=int, default=48)
parser.add_argument("--rounds", type=int, default=3, help="of full load; 0 leaves it out")
parser.add_argument("--seconds", type=int, default=60, help="of each run of wrk at full load")
parser.add_argument("--output")
arguments = parser.parse_args()
folder = pathlib.Path(tempfile.mkdtemp())
model = ["--model", arguments.model, "--head", arguments.head, "--precision", arguments.precision, "--threads", arguments.threads]

pairs = [json.loads(line) for line in open(arguments.pairs)]
responses = [row[role] for row in pairs for role in ("chosen", "rejected")]
rows = [{"id": str(i), "prompt": pairs[i % len(pairs)]["prompt"],
         "response": "\n\n".join(responses[(i * 3 + k) % len(responses)] for k in range(3))} for i in range(arguments.texts)]


def lines(name, values):
    path = folder / name
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def load():
    return round(os.getloadavg()[0], 2)


def bare(count):
    path = lines("rows.jsonl", rows[:count])
    before = os.times()
    out = subprocess.run(
        [arguments.tare, "score", path, "--output", folder / "scores.jsonl", "--json"] + model, check=True,
        capture_output=True, text=True).stdout
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return json.loads(out) | {"cpu": cpu}


said = (folder / "said")
server = subprocess.Popen([arguments.tare, "serve", "--port", "0"] + model, stderr=said.open("w"))
address = None
while address is None and server.poll() is None:
    time.sleep(0.05)
    address = re.search(r"http://([\d.]+):(\d+)", said.read_text())


def connect():
    return http.client.HTTPConnection(address[1], int(address[2]), timeout=300)


def ask(path, body=None, connection=None):
    """On a connection of its own, unless one is given."""
    kept = connection or connect()
    kept.request("POST" if body else "GET", path, body)
    answer = kept.getresponse()
    text = answer.read().decode()
    if connection is None:
        kept.close()
    assert answer.status == 200, text
    return text


def metrics():
    ticks = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    cpu = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return {"cpu": cpu} | {name: float(value) for name, value in re.findall(
        r"^(tare_(?:tokens|tokens_computed|model_seconds)_total) (\S+)$", ask("/metrics"), re.M)} | {"at": time.perf_counter()}


def after_pass(runner):
    """Metrics just after a pass has ended, while `runner` asks."""
    first = metrics()
    while (now := metrics())["tare_tokens_total"] == first["tare_tokens_total"]:
        assert runner.is_alive(), "the run was too short for its passes; see --seconds"
        time.sleep(0.01)
    return now


def wrk(bodies, connections, seconds, path="/reward"):
    script = folder / "bodies.lua"
    script.write_text("""
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local n = 0
request = function() n = n %% #bodies + 1; return wrk.format("POST", nil, nil, bodies[n]) end
""" % lines("bodies.jsonl", bodies))
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "120s", "-s", script,
         f"http://{address[1]}:{address[2]}{path}"], check=True, capture_output=True, text=True).stdout
    units = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}

    def quantile(name):
        number, unit = re.search(rf"{name}%\s+([\d.]+)(us|ms|s|m)", out).groups()
        return round(float(number) * units[unit], 3)

    errors = re.findall(r"(Socket errors.*|Non-2xx.*)", out)
    return {"requests": int(re.search(r"(\d+) requests in", out)[1]), "perSecond": float(
        re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), "p50ms": quantile(50), "p99ms": quantile(99), "errors": errors}


def idle(bodies, path):
    result = wrk(bodies, 1, 8, path)
    overheads, models, connection = [], [], connect()
    for _ in range(150):
        before, start = metrics(), time.perf_counter()
        ask(path, json.dumps(bodies[0]), connection)
        seconds = time.perf_counter() - start
        models.append((metrics()["tare_model_seconds_total"] - before["tare_model_seconds_total"]) * 1000)
        overheads.append(seconds * 1000 - models[-1])
    overheads.sort()
    return result | {
        "p50ModelMs": round(statistics.median(models), 3), "p50OverheadMs": round(statistics.median(overheads), 3),
        "p99OverheadMs": round(overheads[-2], 3), "load": load()}


def full_load():
    result = {}
    runner = threading.Thread(target=lambda: result.update(wrk(
        [{"prompt": r["prompt"], "response": r["response"]} for r in rows], 32, arguments.seconds)))
    runner.start()
    time.sleep(3)
    first = after_pass(runner)
    time.sleep(arguments.seconds * 0.6)
    last = after_pass(runner)
    runner.join()
    seconds = last["at"] - first["at"]
    delta = {name: last[name] - first[name] for name in first}
    return result | {
        "cpuSecondsPer1000Tokens": round(delta["cpu"] / delta["tare_tokens_total"] * 1000, 4),
        "tokens_per_second": round(delta["tare_tokens_total"] / seconds, 1),
        "computedPerSecond": round(delta["tare_tokens_computed_total"] / seconds, 1),
        "modelShareOfTime": round(delta["tare_model_seconds_total"] / seconds, 4), "load": load()}


def bare_rate():
    whole, one = bare(len(rows)), bare(1)
    seconds = whole["seconds"] - one["seconds"]
    tokens = whole["tokens"] - one["tokens"]
    shared = whole["shared_tokens"] - one["shared_tokens"]
    return {"cpuSecondsPer1000Tokens": round((whole["cpu"] - one["cpu"]) / tokens * 1000, 4),
            "tokens_per_second": round(tokens / seconds, 1), "computedPerSecond": round((tokens - shared) / seconds, 1),
            "tokens": whole["tokens"], "seconds": round(whole["seconds"], 2), "loadingAndOneTextSeconds": round(
                one["seconds"], 2), "load": load()}


def at_once(bodies):
    """All requests at a time."""
    before = metrics()
    threads = [threading.Thread(target=ask, args=("/reward", json.dumps(body))) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = metrics()
    return {"requests": len(bodies), "tokens": int(after["tare_tokens_total"] - before["tare_tokens_total"]),
            "computed": int(after["tare_tokens_computed_total"] - before["tare_tokens_computed_total"]),
            "seconds": round(after["at"] - before["at"], 2), "load": load()}


prompt = " ".join(" ".join(responses[:40]).split()[:600])
answers = [" ".join(text.split()[:40]) for text in responses[100:132]]
shared = [{"prompt": prompt, "response": answer} for answer in answers]
apart = [{"prompt": f"{index:03} {prompt}", "response": answer} for index, answer in enumerate(answers)]
short = [{"prompt": "What is the capital of France?", "response": "Paris."}]
result = {
    "command": "Benchmarks/serve.py " + " ".join(
        pathlib.Path(a).name if a.endswith((".gguf", ".safetensors", ".json")) else a for a in sys.argv[1:]),
    "date": datetime.date.today().isoformat(),
    "machine": next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    + f", {os.cpu_count()} cores, shared with other work: load is that of the last minute after each measurement",
    "precision": arguments.precision, "threads": arguments.threads}
try:
    ask("/reward", json.dumps(short[0]))
    print("idle", file=sys.stderr)
    result["idle"] = {"no text": idle([{"query": []}], "/get_reward"), "one short text": idle(short, "/reward")}
    if arguments.rounds:
        print("full load", file=sys.stderr)
        result["rounds"] = [{"bare": bare_rate(), "server": full_load()} for _ in range(arguments.rounds)]
        result["fullLoad"] = {
            "server / bare, processors' time a token": round(statistics.median(
                r["server"]["cpuSecondsPer1000Tokens"] / r["bare"]["cpuSecondsPer1000Tokens"] for r in result["rounds"]), 4),
            "bare / server, tokens a second": round(statistics.median(
                r["bare"]["tokens_per_second"] / r["server"]["tokens_per_second"] for r in result["rounds"]), 4),
            "bare / server, computed tokens a second": round(statistics.median(
                r["bare"]["computedPerSecond"] / r["server"]["computedPerSecond"] for r in result["rounds"]), 4)}
    print("prefixes", file=sys.stderr)
    result["prefixes"] = {"in common": at_once(shared), "not in common": at_once(apart)}
finally:
    server.terminate()
    server.wait()
text = json.dumps(result, indent=2) + "\n"
if arguments.output:
    pathlib.Path(arguments.output).write_text(text)
print(text)
