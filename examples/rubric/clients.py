#!/usr/bin/env python3
"""Starts `tare serve` with the rubric, asks it by four clients, and ends it.

  python3 clients.py MODEL [--curl] [--openai]

The clients: a request of the standard library, `tare decide --engine` by both protocols, with --curl curl,
and with --openai the openai package (3.57; pip install openai).
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--curl", action="store_true")
parser.add_argument("--openai", action="store_true")
options = parser.parse_args()

STATE = {"prompt": "What is 18 + 28?", "response": "18 + 28 = 46."}
QUESTIONS = json.loads(pathlib.Path("rubric.json").read_text())["questions"]


def start():
    """The server on a free port, and its address."""
    log = pathlib.Path("serve.log")
    server = subprocess.Popen(
        ["tare", "serve", "--model", options.model, "--questions", "rubric.json", "--port", "0"],
        stderr=log.open("w"))
    while server.poll() is None:
        found = re.search(r"http://[^\s,]+", log.read_text())
        if found:
            return server, found.group()
        time.sleep(0.05)
    sys.exit(log.read_text())


def show(client, answers):
    print(f"{client:28}", "  ".join(f"{name} {value:.3f}" for name, value in answers))


def of_system_one(reply):
    """P(true), the expected level, and the probability of "right"."""
    for name, answer in reply["answers"].items():
        yield name, answer.get("noul", answer.get("score", answer.get("probabilities", {}).get("right")))


def urllib_client(url):
    body = json.dumps({"state": STATE, "questions": QUESTIONS}).encode()
    request = urllib.request.Request(url + "/v1/systemone", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return of_system_one(json.load(reply))


def curl_client(url):
    body = json.dumps({"state": STATE, "questions": QUESTIONS})
    reply = subprocess.run(
        ["curl", "-s", url + "/v1/systemone", "-H", "Content-Type: application/json", "-d", body],
        stdout=subprocess.PIPE, check=True)
    return of_system_one(json.loads(reply.stdout))


def tare_client(url, protocol):
    """The state as a conversation: a rubric's questions are asked about prompt and response."""
    pathlib.Path("one.jsonl").write_text(json.dumps(STATE) + "\n")
    row = subprocess.run(
        ["tare", "decide", "one.jsonl", "--engine", url, "--engine-protocol", protocol, "--questions", "rubric.json",
         "--output", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    for answer in json.loads(row.stdout)["answers"]:
        yield answer["name"], answer["value"] if answer["value"] is not None else answer["probabilities"][0]


def openai_client(url):
    """The same questions in OpenAI's words, which write another prompt."""
    import openai

    client = openai.OpenAI(base_url=url + "/v1", api_key="none")
    decision = client.decisions.create(
        model=pathlib.Path(options.model).name, input=json.dumps(STATE),
        questions=[
            {"name": "correct", "type": "predicate", "instructions": QUESTIONS["correct"]["instructions"]},
            {"name": "quality", "type": "score", "instructions": QUESTIONS["quality"]["instructions"],
             "levels": [{"label": level} for level in QUESTIONS["quality"]["criteria"]]},
            {"name": "verdict", "type": "choice", "instructions": QUESTIONS["verdict"]["instructions"],
             "choices": [{"value": value} for value in QUESTIONS["verdict"]["criteria"]]},
        ])
    for answer in decision.answers:
        if answer.type == "predicate":
            yield answer.name, answer.probability
        elif answer.type == "score":
            yield answer.name, answer.score
        else:
            yield answer.name, answer.probabilities[0].probability


server, url = start()
try:
    show("urllib, systemone", urllib_client(url))
    if options.curl:
        show("curl, systemone", curl_client(url))
    for protocol in ("systemone", "decisions"):
        show(f"tare decide, {protocol}", tare_client(url, protocol))
    if options.openai:
        show("openai, decisions", openai_client(url))
finally:
    server.terminate()
    server.wait()
