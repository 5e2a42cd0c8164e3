#!/usr/bin/env python3
"""What `tare serve --engine` adds to a request: the median time of requests straight to an engine beside requests through the
proxy, in turn, in one sitting, one after the other.

    python3 Benchmarks/proxy.py [--model FOLDER_OR_GGUF] [--tare .build/release/tare] [--requests 200]

The engine is a stub that answers at once, so that what differs is the proxy. Measured are texts that it has not seen, and
texts that it has; with --model it tokenizes them, too. Prints JSON. Needs nothing but Python 3.
"""
import argparse
import http.client
import json
import statistics
import subprocess
import threading
import time

import stub_engine


def ask(port, text):
    """Milliseconds of one request, on a connection of its own as `tare serve` ends each."""
    body = json.dumps({"query": [text]})
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/get_reward", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    taken = 1000 * (time.perf_counter() - began)
    assert answer["rewards"] == [len(text)], answer
    return taken


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--model")
    parser.add_argument("--requests", type=int, default=200)
    arguments = parser.parse_args()
    engine = stub_engine.engine()
    threading.Thread(target=engine.serve_forever, daemon=True).start()
    command = [arguments.tare, "serve", "--port", "0", "--engine-protocol", "openrlhf",
               "--engine", f"http://127.0.0.1:{engine.server_port}"]
    if arguments.model:
        command += ["--model", arguments.model]
    proxy = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        port = int(proxy.stderr.readline().rsplit(":", 1)[1])
        # Some 350 tokens.
        texts = [f"text {number} " + "of a response that a trainer sends " * 50 for number in range(arguments.requests)]
        for text in ("warm", "up"):
            ask(engine.server_port, text)
            ask(port, text)
        times = {"engine": [], "proxy": [], "proxy, known": []}
        for text in texts:
            times["engine"].append(ask(engine.server_port, text))
            times["proxy"].append(ask(port, text))
            times["proxy, known"].append(ask(port, text))
    finally:
        proxy.terminate()
        proxy.wait()
    print(json.dumps({
        name: {"median_ms": round(statistics.median(values), 3),
               "p99_ms": round(sorted(values)[int(0.99 * (len(values) - 1))], 3)}
        for name, values in times.items()}, indent=2))


if __name__ == "__main__":
    main()
