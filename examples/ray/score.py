#!/usr/bin/env python3
"""Scores a large data set with Ray Data: every actor holds one `tare serve`, and posts its batches to it.

  python3 -m venv venv && venv/bin/pip install ray pandas pyarrow
  venv/bin/python examples/ray/score.py pairs.jsonl scores.jsonl --tare .build/release/tare --model MODEL --head HEAD --workers 2

Rows are as `tare score` reads pairs: id, prompt (a string or messages), chosen, rejected. The output has their scores with
every bit: a score does not depend on the batch it was scored in, so it is the same with one worker and with a thousand.
On a cluster give the path of `tare` and of the model on every machine, and --threads as each actor's cores.
"""
import argparse
import json
import os
import re
import subprocess
import threading
import urllib.request

import ray


class TareActor:
    """One `tare serve` on a free port, for as long as the actor lives."""

    def __init__(self, arguments, threads):
        command = [*arguments, "--threads", str(threads), "--port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        told = []
        for line in self.process.stderr:
            told.append(line)
            if address := re.search(r" on (http://\S+?),?\s", line):
                self.url = address[1]
                # What the server says later must not fill the pipe.
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return
        raise RuntimeError("tare serve did not start: " + "".join(told))

    def __call__(self, batch):
        for side in ("chosen", "rejected"):
            batch["score_" + side] = [self.reward(p, r) for p, r in zip(batch["prompt"], batch[side], strict=True)]
        return {name: batch[name] for name in ("place", "id", "score_chosen", "score_rejected")}

    def reward(self, prompt, response):
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
        body = {"messages": messages + [{"role": "assistant", "content": response}], "use_activation": False}
        request = urllib.request.Request(
            self.url + "/classify", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=600))["data"][0]["probs"][0]

    def __del__(self):
        if hasattr(self, "process"):
            self.process.terminate()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--tare", default="tare")
    parser.add_argument("--model", required=True)
    parser.add_argument("--head")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each worker")
    options = parser.parse_args()
    serve = [options.tare, "serve", "--model", options.model, "--precision", options.precision]
    if options.head:
        serve += ["--head", options.head]
    with open(options.input) as file:
        rows = [json.loads(line) for line in file]
    rows = [{"place": place, **{k: row[k] for k in ("id", "prompt", "chosen", "rejected")}} for place, row in enumerate(rows)]
    if "RAY_ADDRESS" not in os.environ:
        # A core more than the actors take, or nothing would be left for reading and writing.
        ray.init(num_cpus=options.workers * options.threads + 1, log_to_driver=False)
    data = ray.data.from_items(rows).repartition(4 * options.workers)
    scored = data.map_batches(
        TareActor, fn_constructor_args=(serve, options.threads), batch_size=16,
        compute=ray.data.ActorPoolStrategy(size=options.workers), num_cpus=options.threads)
    # Ids may repeat; places do not.
    scores = {row["place"]: row for row in scored.iter_rows()}
    with open(options.output, "w") as file:
        for row in rows:
            score = scores[row["place"]]
            file.write(json.dumps({k: score[k] for k in ("id", "score_chosen", "score_rejected")}) + "\n")
    print(f"{2 * len(rows)} responses scored by {options.workers} workers")


if __name__ == "__main__":
    main()
