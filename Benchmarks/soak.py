#!/usr/bin/env python3
"""Kills `tare` with -9 at random moments, fills its disk, and checks that nothing is lost, doubled or changed.

  python3 Benchmarks/soak.py --model MODEL [--head HEAD] [--kills 50] [--tare .build/release/tare]

Every kill hits `score` (alone, or two and four processes on one run), `calibrate`, `runs import` on one store, or `pull` of a
model from a hub on this machine. After each, `tare store check` must find no damage; at the end the run is completed, and
its exported bytes must be those of a run that nobody disturbed; a pull that is killed and repeated must give the hub's bytes.
Then a store on a disk of 300 kB is scored into until the disk is full, given room, and completed; this part needs the
right to mount a tmpfs. A store is used with file locks that fail and with a clock that jumps (faults.c, which needs a C
compiler), and in a folder that nothing can be written to. What a machine does not allow is left out with a line.
Exits with 1 if anything is wrong; --output writes what was done as JSON.
"""
import argparse
import hashlib
import http.server
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tare", default=".build/release/tare")
parser.add_argument("--model", required=True)
parser.add_argument("--head")
parser.add_argument("--kills", type=int, default=50)
parser.add_argument("--pairs", type=int, default=400)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--output", help="a JSON file")
given = parser.parse_args()
chance = random.Random(given.seed)
failures: list[str] = []
done: dict[str, object] = {}


def run(*words: object, ok: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run([given.tare, *map(str, words)], capture_output=True, text=True)
    if ended.returncode not in ok:
        failures.append(f"{' '.join(map(str, words[:3]))}: exit code {ended.returncode}: {ended.stderr.strip()[-300:]}")
    return ended


def write_inputs(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    words = "red blue seven sings slowly the a bird water under stone".split()
    text = lambda: " ".join(chance.choices(words, k=chance.randint(1, 40)))
    pairs, scores = folder / "pairs.jsonl", folder / "scores.csv"
    with pairs.open("w") as lines:
        for number in range(given.pairs):
            row = {"id": f"p{number}", "prompt": text(), "chosen": text(), "rejected": text() + " no"}
            lines.write(json.dumps(row) + "\n")
    with scores.open("w") as lines:
        lines.write("prompt_id,score,label,length\n")
        for number in range(20_000):
            lines.write(f"q{number // 2},{chance.gauss(0, 1)},{1 - number % 2},{chance.randint(5, 900)}\n")
    return pairs, scores


def scoring(pairs: pathlib.Path, store: pathlib.Path) -> list[str]:
    head = ["--head", given.head] if given.head else []
    return ["score", str(pairs), "--model", given.model, *head, "--date", "2026-11-30", "--threads", "1",
            "--store", str(store), "--run", "r"]


def exported(store: pathlib.Path) -> str:
    return run("runs", "export", "r", "-", "--store", store).stdout


def check(store: pathlib.Path, after: str) -> None:
    ended = run("store", "check", store, "--json", ok=(0, 65))
    report = json.loads(ended.stdout)
    damage = [f["place"] + ": " + f["what"] for f in report.get("findings", []) if f["severity"] == "damage"]
    if ended.returncode or damage:
        failures.append(f"damage after {after}: {damage or report}")


def killed(words: list[list[str]], most: float, environment: dict[str, str] | None = None) -> int:
    """Starts processes and kills them after a random time; how many of them still ran."""
    children = [
        subprocess.Popen([given.tare, *one], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        for one in words]
    time.sleep(chance.uniform(0, most))
    hit = 0
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            hit += 1
        elif child.returncode not in (0, 64):
            failures.append(f"{words[0][0]}: exit code {child.returncode} without a kill")
        child.wait()
    return hit


def kills(folder: pathlib.Path, pairs: pathlib.Path, scores: pathlib.Path) -> None:
    alone, store = folder / "alone.sqlite", folder / "killed.sqlite"
    start = time.monotonic()
    run(*scoring(pairs, alone))
    whole = time.monotonic() - start
    expected, hits = exported(alone), {"score": 0, "calibrate": 0, "import": 0, "pull": 0}
    hub = Hub(folder)
    while sum(hits.values()) < given.kills:
        kind = chance.choice(["score", "score", "score", "calibrate", "import", "pull"])
        if kind == "pull":
            hit = hub.kill()
        elif kind == "score":
            hit = killed([scoring(pairs, store)] * chance.choice([1, 1, 2, 4]), whole)
        elif kind == "import":
            name = f"i{sum(hits.values())}"
            hit = killed([["runs", "import", str(scores), "--store", str(store), "--run", name]], 0.6)
        else:
            run(*scoring(pairs, folder / "calibrated.sqlite"))
            hit = killed([["calibrate", "--store", str(folder / "calibrated.sqlite"), "--run", "r"]], 0.5)
            check(folder / "calibrated.sqlite", "calibrate")
        hits[kind] += hit
        if store.exists():
            check(store, kind)
            # A run that is complete begins anew, so that there is something to kill.
            listed = run("runs", "list", "--store", store, "--json", ok=(0, 65))
            runs = json.loads(listed.stdout) if listed.returncode == 0 else []
            if any(r["name"] == "r" and r["status"] == "finished" for r in runs):
                if exported(store) != expected:
                    failures.append("a run that was killed and resumed has other bytes")
                run("runs", "delete", "r", "--store", store)
    run(*scoring(pairs, store))
    if exported(store) != expected:
        failures.append("the run that was killed and resumed has other bytes")
    check(store, "all kills")
    hub.finish()
    done["kills"] = hits
    print(f"killed: {', '.join(f'{kind} {count}' for kind, count in hits.items())}")


class Hub:
    """A hub on this machine with one model, whose files come slowly enough to be killed between."""

    def __init__(self, folder: pathlib.Path):
        self.cache = folder / "hub"
        self.files = {"config.json": b"{}", "model.safetensors": random.Random(3).randbytes(24_000_000)}
        files = self.files

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_): pass

            def do_GET(self):
                name = self.path.split("?")[0].rsplit("/", 1)[-1]
                if "/resolve/" in self.path and name in files:
                    return self.send(files[name], slowly=True)
                siblings = [{"rfilename": name, "size": len(data), "blobId": Hub.blob(data),
                             "lfs": {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}}
                            for name, data in files.items()]
                self.send(json.dumps({"sha": "a" * 40, "siblings": siblings}).encode())

            def send(self, body: bytes, slowly: bool = False):
                start = int(self.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body) - start))
                self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
                self.send_header("X-Repo-Commit", "a" * 40)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                self.end_headers()
                try:
                    for place in range(start, len(body), 1_000_000):
                        self.wfile.write(body[place:place + 1_000_000])
                        if slowly:
                            time.sleep(0.05)
                except OSError:
                    pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = os.environ | {
            "HF_HOME": str(self.cache), "HF_ENDPOINT": f"http://127.0.0.1:{self.server.server_address[1]}"}

    @staticmethod
    def blob(data: bytes) -> str:
        return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()

    def kill(self) -> int:
        return killed([["pull", "soak/model"]], 1.2, self.environment)

    def finish(self) -> None:
        """Completes the pull, and compares what is in the cache with what the hub has."""
        for _ in range(3):
            pulled = subprocess.run([given.tare, "pull", "soak/model", "--json"], capture_output=True, text=True, env=self.environment)
        if pulled.returncode:
            return failures.append(f"pull after kills: {pulled.returncode}: {pulled.stderr[-300:]}")
        folder = next(self.cache.glob("hub/models--soak--model/snapshots/*"))
        for name, data in self.files.items():
            if (folder / name).read_bytes() != data:
                failures.append(f"{name} has other bytes than the hub's")
        self.server.shutdown()


def full_disk(folder: pathlib.Path, pairs: pathlib.Path) -> None:
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        return print("full disk: left out, as no tmpfs can be mounted")
    try:
        store = disk / "s.sqlite"
        ended = run(*scoring(pairs, store), ok=(70,))
        if "the disk is full" not in ended.stderr:
            failures.append(f"a full disk is called {ended.stderr.strip()[-200:]}")
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        run(*scoring(pairs, store))
        check(store, "a full disk")
        if exported(store) != exported(folder / "alone.sqlite"):
            failures.append("a run that was resumed after a full disk has other bytes")
        done["full disk"] = "resumed to the same bytes"
        print("full disk: resumed to the same bytes")
    finally:
        subprocess.run(["umount", "-l", str(disk)])


def faults(folder: pathlib.Path, pairs: pathlib.Path, scores: pathlib.Path) -> None:
    """Locks that fail, and a clock that jumps: refused with a message, or the same bytes."""
    library = folder / "faults.so"
    source = pathlib.Path(__file__).with_name("faults.c")
    built = subprocess.run(["cc", "-shared", "-fPIC", "-O2", source, "-o", library, "-ldl"], capture_output=True)
    if built.returncode:
        return print("locks and clock: left out, as there is no C compiler")
    store = folder / "faults.sqlite"
    clock = os.environ | {"LD_PRELOAD": str(library), "TARE_FAULT_CLOCK": "1"}
    for words in (scoring(pairs, store), ["calibrate", "--store", store, "--run", "r", "--method", "lowess"]):
        ended = subprocess.run([given.tare, *map(str, words)], capture_output=True, text=True, env=clock)
        if ended.returncode:
            failures.append(f"{words[0]} with a clock that jumps: {ended.returncode}: {ended.stderr[-300:]}")
    check(store, "a clock that jumps")
    if exported(store) != exported(folder / "alone.sqlite"):
        # A calibration adds its column: compared is a run without one.
        run(*scoring(pairs, folder / "again.sqlite"))
        plain = folder / "clock.sqlite"
        subprocess.run([given.tare, *scoring(pairs, plain)], capture_output=True, env=clock)
        if exported(plain) != exported(folder / "alone.sqlite"):
            failures.append("a run under a clock that jumps has other bytes")
    locks = os.environ | {"LD_PRELOAD": str(library), "TARE_FAULT_LOCKS": "1"}
    before = store.read_bytes()
    ended = subprocess.run([given.tare, "runs", "import", scores, "--store", store, "--run", "x"],
                           capture_output=True, text=True, env=locks)
    if ended.returncode not in (65, 70, 75) or not ended.stderr.startswith("tare: "):
        failures.append(f"failing locks: exit code {ended.returncode}: {ended.stderr[-300:]}")
    if store.read_bytes() != before:
        failures.append("a store was written to without a lock")
    check(store, "failing locks")
    done["clock that jumps"] = "same bytes"
    done["failing locks"] = f"exit code {ended.returncode}, nothing written"
    print(f"a clock that jumps: same bytes; failing locks: exit code {ended.returncode}, nothing written")


def read_only(folder: pathlib.Path, scores: pathlib.Path) -> None:
    """A folder that cannot be written to: stores in it are read, and writing is refused with a message."""
    closed = folder / "closed"
    closed.mkdir()
    run("runs", "import", scores, "--store", closed / "s.sqlite", "--run", "r")
    if subprocess.run(["mount", "--bind", closed, closed], capture_output=True).returncode or subprocess.run(
            ["mount", "-o", "remount,bind,ro", closed], capture_output=True).returncode:
        return print("read-only folder: left out, as nothing can be mounted")
    try:
        run("evaluate", "--store", closed / "s.sqlite", "--run", "r")
        ended = run("runs", "import", scores, "--store", closed / "s.sqlite", "--run", "x", ok=(64, 65, 70))
        if not ended.stderr.startswith("tare: "):
            failures.append(f"a read-only store is called {ended.stderr[-300:]}")
        done["read-only folder"] = f"read; writing ends with {ended.returncode}"
        print(f"read-only folder: read; writing ends with {ended.returncode}")
    finally:
        subprocess.run(["umount", "-l", closed])


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    pairs, scores = write_inputs(folder)
    kills(folder, pairs, scores)
    full_disk(folder, pairs)
    faults(folder, pairs, scores)
    read_only(folder, scores)
done["failures"] = failures
if given.output:
    version = subprocess.run([given.tare, "--version"], capture_output=True, text=True).stdout.strip()
    done |= {"version": version, "seed": given.seed, "pairs": given.pairs}
    pathlib.Path(given.output).write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
for failure in failures:
    print(f"FAILED: {failure}", file=sys.stderr)
print("nothing was lost, doubled or changed" if not failures else f"{len(failures)} failures")
sys.exit(1 if failures else 0)
