#!/usr/bin/env python3
"""Brings public evaluation sets as JSON Lines that `tare score` reads, and says licence and size of each.

    python3 datasets/fetch.py --list
    python3 datasets/fetch.py rewardbench --output data
    python3 datasets/fetch.py rm-bench --from clones/RM-Bench --output data

Without --from a set comes from the Hugging Face hub by the library `datasets` (pip install datasets); HF_ENDPOINT,
HF_TOKEN and HF_HOME count as usual. With --from it is made of a local folder that holds the set's files: JSON, JSON
Lines, Parquet (pip install pyarrow), or what `save_to_disk` wrote. Nothing is copied into the project: the sets' own
licences hold. Exit codes: 64 wrong usage, 65 data that are not as expected, 69 the hub is not reachable.
"""
import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable


class Failure(Exception):
    def __init__(self, code: int, text: str):
        super().__init__(text)
        self.code = code


@dataclass
class Source:
    """A data set on the hub, and what becomes of its rows."""
    hub: str
    split: str
    # Patterns of the paths of its files in a local folder; the first that finds any counts.
    files: list[str]
    # A row of the set, and its number, as a row that `tare score` reads; None leaves it out.
    convert: Callable[[dict, int], dict | None]
    # Rows that the set is known to have.
    rows: int | None = None
    name: str = ""
    # The one JSON file to read on the hub, of a set that is no more than a script and its files: `datasets` from
    # version 4 on runs no scripts.
    file: str | None = None


@dataclass
class Set:
    summary: str
    sources: list[Source]


def needed(row: dict, *columns: str) -> list:
    missing = [column for column in columns if row.get(column) is None]
    if missing:
        raise Failure(65, f"found no {', '.join(missing)} beside {', '.join(sorted(row))}")
    return [row[column] for column in columns]


# MARK: - The sets

def rewardbench(row, number):
    prompt, chosen, rejected, subset = needed(row, "prompt", "chosen", "rejected", "subset")
    return {"id": row.get("id", number), "subset": subset, "prompt": prompt, "chosen": chosen, "rejected": rejected}


def rewardbench2(row, number):
    identity, prompt, chosen, rejected, subset = needed(row, "id", "prompt", "chosen", "rejected", "subset")
    return {"id": identity, "subset": subset, "prompt": prompt, "chosen": chosen, "rejected": rejected}


def rm_bench(row, number):
    identity, prompt, chosen, rejected = needed(row, "id", "prompt", "chosen", "rejected")
    if len(chosen) != 3 or len(rejected) != 3:
        raise Failure(65, f"found {len(chosen)} chosen and {len(rejected)} rejected; accepted: 3 of each")
    domain = row.get("domain") or row["_file"]
    return {"id": identity, "section": domain, "prompt": prompt, "chosen": chosen, "rejected": rejected}


def judgebench(row, number):
    names = ["pair_id", "source", "question", "response_A", "response_B", "label"]
    kept = dict(zip(names, needed(row, *names)))
    return kept | {name: row[name] for name in ["original_id", "response_model"] if name in row}


def ppe(subset):
    def convert(row, number):
        prompt, correct = needed(row, "prompt", "scores")
        keys = [f"response_{place + 1}" for place in range(len(correct))]
        identity = [subset, row.get("question_id", number), row.get("model_name")]
        return {"id": ":".join(str(part) for part in identity if part is not None), "subset": subset,
                "prompt": prompt, "responses": needed(row, *keys), "labels": [int(bool(one)) for one in correct]}
    return convert


def processbench(subset):
    def convert(row, number):
        identity, problem, steps, label = needed(row, "id", "problem", "steps", "label")
        # The mark that Qwen's process reward models read at; --step-tag gives another.
        return {"id": identity, "subset": subset, "prompt": problem,
                "response": "".join(step + STEP_TAG for step in steps), "label": label}
    return convert


def alpacaeval(row, number):
    instruction, output = needed(row, "instruction", "output")
    return {"id": number, "instruction": instruction, "output": output,
            **{name: row[name] for name in ["generator", "dataset"] if name in row}}


STEP_TAG = "<extra_0>"
# Name on the hub and rows: 2,555 prompts in all (arXiv 2410.14872), of which the hub shows 507 for MBPP-Plus.
PPE = {"mmlu_pro": ("MMLU-Pro", 512), "math": ("MATH", 512), "gpqa": ("GPQA", 512), "ifeval": ("IFEval", 512),
       "mbpp_plus": ("MBPP-Plus", 507)}
PROCESSBENCH = {"gsm8k": 400, "math": 1000, "olympiadbench": 1000, "omnimath": 1000}
SETS = {
    "rewardbench": Set("RewardBench v1: pairs in 23 subsets", [
        Source("allenai/reward-bench", "filtered", [r"filtered", r"reward.?bench"], rewardbench, 2985)]),
    "rewardbench2": Set("RewardBench 2: best of four in five subsets, and Ties", [
        Source("allenai/reward-bench-2", "test", [r"test", r"reward.?bench"], rewardbench2, 1865)]),
    "rm-bench": Set("RM-Bench: three right and three wrong styles", [
        # The file of all domains holds what the files of each hold.
        Source("THU-KEG/RM-Bench", "train", [r"(^|/)total_dataset\.", r"rm.?bench|chat|math|code|safety"], rm_bench,
               1327)]),
    "judgebench": Set("JudgeBench: pairs with an objectively right answer", [
        # The project's folder holds judges' outputs too, which name both models.
        Source("ScalerLab/JudgeBench", split, [rf"^(?!.*judge_name).*response_model={model}", rf"(?<![a-z]){split}"],
               judgebench, rows, name=f"judgebench-{split}")
        for split, model, rows in [("gpt", "gpt-4o", 350), ("claude", "claude-3-5", 270)]]),
    "ppe": Set("PPE's correctness sets: 32 responses a prompt, right or wrong", [
        Source(f"lmarena-ai/PPE-{hub}-Best-of-K", "train", [rf"(?<![a-z])({hub}|{name})"], ppe(f"{name}_best_of_k"),
               rows, name=f"ppe-{name}") for name, (hub, rows) in PPE.items()]),
    "processbench": Set("ProcessBench: solutions with their first wrong step", [
        Source("Qwen/ProcessBench", name, [rf"(?<![a-z]){name}"], processbench(name), rows,
               name=f"processbench-{name}")
        for name, rows in PROCESSBENCH.items()]),
    "alpacaeval": Set("AlpacaEval: instructions with the baseline's outputs", [
        Source("tatsu-lab/alpaca_eval", "eval", [r"alpaca_eval_gpt4_baseline", r"(^|/)alpaca_eval\."], alpacaeval, 805,
               file="alpaca_eval_gpt4_baseline.json")]),
}


# MARK: - Where rows come from

def local_rows(folder: Path, source: Source) -> Iterable[dict]:
    """The rows of the folder's files whose names are the source's, in the order of the names."""
    if not folder.is_dir():
        raise Failure(64, f"{folder}: there is no such folder")
    if (folder / "dataset_info.json").exists() or (folder / "dataset_dict.json").exists():
        saved = library("datasets").load_from_disk(str(folder))
        if isinstance(saved, dict) and source.split not in saved:
            raise Failure(65, f"{folder}: found the splits {', '.join(saved)}; accepted: {source.split}")
        yield from saved[source.split] if isinstance(saved, dict) else saved
        return
    present = [path for path in sorted(folder.rglob("*")) if path.suffix in {".json", ".jsonl", ".parquet"}]
    matches = ([path for path in present if re.search(pattern, path.relative_to(folder).as_posix(), re.IGNORECASE)]
               for pattern in source.files)
    files = next(filter(None, matches), [])
    for path in files:
        try:
            rows = list(file_rows(path))
        except (ValueError, OSError) as error:
            raise Failure(65, f"{path}: {error}") from None
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                raise Failure(65, f"{path}, row {number + 1}: found no object")
            yield row | {"_file": path.stem}
    if not files:
        raise Failure(65, f"{folder}: found no JSON or Parquet file named like {' or '.join(source.files)}")


def file_rows(path: Path) -> Iterable[dict]:
    if path.suffix == ".parquet":
        return library("pyarrow.parquet").read_table(path).to_pylist()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        # Not splitlines: it would also split at U+2028 and its kin, which may stand in a string.
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    value = json.loads(text)
    if not isinstance(value, list):
        raise ValueError("found no list of rows")
    return value


def hub_rows(source: Source) -> Iterable[dict]:
    datasets = library("datasets")
    try:
        if source.file:
            return datasets.load_dataset("json", data_files=f"hf://datasets/{source.hub}/{source.file}", split="train")
        return datasets.load_dataset(source.hub, split=source.split)
    except Exception as error:  # the library raises errors of many kinds
        raise Failure(69, f"{source.hub}: cannot be brought from the hub ({error})") from None


def library(name: str):
    try:
        return __import__(name, fromlist=["_"])
    except ImportError:
        raise Failure(69, f"Python's {name.split('.')[0]} is missing: pip install {name.split('.')[0]}") from None


def licence(source: Source, folder: Path | None) -> str:
    """What the set's card says."""
    if folder:
        card = folder / "README.md"
        found = re.search(r"(?m)^licen[cs]e:\s*(\S.*)$", card.read_text(encoding="utf-8")) if card.exists() else None
        return f"{found[1].strip()} (its card)" if found else f"see the card of {source.hub}"
    try:
        card = library("huggingface_hub").HfApi().dataset_info(source.hub).card_data
        return f"{card.license} (its card)" if card and card.license else "none stated"
    except Exception:  # the set is here all the same
        return f"see the card of {source.hub}"


# MARK: - Writing

def write(key: str, source: Source, rows: Iterable[dict], output: Path) -> tuple[Path, int]:
    """Writes the rows so that a reader never finds half of them."""
    made = []
    for number, row in enumerate(rows):
        try:
            converted = source.convert(dict(row), number)
        except Failure as failure:
            raise Failure(failure.code, f"{source.hub}, row {number + 1}: {failure}") from None
        if converted is not None:
            made.append(converted)
    if not made:
        raise Failure(65, f"{source.hub}: found no rows")
    number_again(made)
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"{source.name or key}.jsonl"
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        for row in made:
            print(json.dumps(row, ensure_ascii=False), file=out)
    os.replace(part, path)
    return path, len(made)


def number_again(rows: list[dict]) -> None:
    """Ids that come twice get their subset or section before them: `tare score` wants each once."""
    name = "pair_id" if "pair_id" in rows[0] else "id"
    if len({row[name] for row in rows}) == len(rows):
        return
    for row in rows:
        row[name] = f"{row.get('subset') or row.get('section') or ''}-{row[name]}"
    seen: dict[str, int] = {}
    for row in rows:
        seen[row[name]] = seen.get(row[name], 0) + 1
        if seen[row[name]] > 1:
            row[name] = f"{row[name]}-{seen[row[name]]}"


def fetch(key: str, output: Path, folder: Path | None) -> None:
    for source in SETS[key].sources:
        rows = local_rows(folder, source) if folder else hub_rows(source)
        path, count = write(key, source, rows, output)
        print(f"{path}: {count} rows, {path.stat().st_size:,} bytes; licence: {licence(source, folder)}")
        if source.rows and count != source.rows:
            print(f"{path}: {source.rows} rows were expected", file=sys.stderr)


def main(arguments: list[str]) -> int:
    global STEP_TAG
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--list", action="store_true", help="list the sets")
    parser.add_argument("--output", type=Path, default=Path("data"), help="folder for the files (default: data)")
    parser.add_argument("--from", dest="folder", type=Path, help="a local folder in place of the hub")
    parser.add_argument("--step-tag", default=STEP_TAG, help="processbench: the mark after each step")
    try:
        wanted = parser.parse_args(arguments)
    except SystemExit as stop:
        return 64 if stop.code else 0
    STEP_TAG = wanted.step_tag
    if wanted.list:
        for key, one in SETS.items():
            print(f"{key:13} {one.summary} ({', '.join(dict.fromkeys(source.hub for source in one.sources))})")
        return 0
    unknown = [key for key in wanted.sets if key not in SETS]
    if unknown or not wanted.sets:
        print(f"fetch.py: {'no set ' + unknown[0] if unknown else 'no set named'}; accepted: {', '.join(SETS)}",
              file=sys.stderr)
        return 64
    try:
        for key in wanted.sets:
            fetch(key, wanted.output, wanted.folder)
    except Failure as failure:
        print(f"fetch.py: {failure}", file=sys.stderr)
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
