"""Saved calibrations as the program writes them: golden files of a version of the format.

    python3 make.py TARE VERSION

runs the program TARE on rows.jsonl, made here, and writes vVERSION/METHOD.json, what it saved, and
vVERSION/METHOD.txt, the calibrated scores of the same rows. Files of an older version are never made again: they
show that what users saved then is still read. Version 2 was made by the program at commit dbdf7e2.
"""
import json, pathlib, random, subprocess, sys, tempfile

here = pathlib.Path(__file__).parent
rows = here / "rows.jsonl"
methods = {
    "lowess": [], "lowess-penalty": [], "penalty": [], "mean": [], "monotone": [], "isotonic": [],
    "quantile": ["--levels", "5"], "within-prompt": [], "bradley-terry": [],
    "additive": ["--covariate", "length", "--covariate", "headers"],
    "surface": ["--covariate", "length", "--covariate", "headers"],
    "auto": ["--ignore-labels"],
    "per-subset": ["--method", "lowess", "--per-subset"],
    "column": ["--method", "lowess", "--covariate", "my_count"],
    "counts": ["--method", "additive"] + [
        word for name in ["characters", "words", "lines", "list_items", "bold", "code_blocks",
                          "links", "digits", "markdown"] for word in ("--covariate", name)],
}

def make_rows():
    draw = random.Random(8)
    with rows.open("w") as file:
        for prompt in range(24):
            for answer in range(2):
                words = draw.randint(1, 12)
                heads = draw.choice([0, 0, 1, 2])
                text = "# a\n" * heads + " ".join(["word"] * words)
                score = round(draw.gauss(0, 1) + len(text) / 20 + 0.3 * heads + 0.9 * (answer == 0), 3)
                row = {"prompt_id": f"p{prompt}", "subset": "ab"[prompt % 2], "score": score,
                       "label": 1 - answer, "my_count": words, "response": text}
                file.write(json.dumps(row) + "\n")

def main(tare, version):
    folder = here / f"v{version}"
    folder.mkdir()
    if not rows.exists():
        make_rows()
    for method, options in methods.items():
        if "--method" not in options:
            options = ["--method", method] + options
        if "--covariate" not in options:
            options = options + ["--covariate", "length"]
        with tempfile.TemporaryDirectory() as work:
            out = pathlib.Path(work) / "out.jsonl"
            subprocess.run(
                [tare, "calibrate", rows, *options, "--group", "prompt_id",
                 "--save", folder / f"{method}.json", "--output", out],
                check=True, stdout=subprocess.DEVNULL)
            values = [repr(json.loads(line)["calibrated"]) for line in out.open()]
        (folder / f"{method}.txt").write_text("\n".join(values) + "\n")

main(sys.argv[1], sys.argv[2])
