"""Times `tare decide` beside transformers' pipeline("decision"), in one sitting.

    python3 Benchmarks/decisions.py --model FOLDER [--tare .build/release/tare] [--states 8]
    python3 Benchmarks/decisions.py --model FOLDER --from-gguf models/SmolLM2-135M-Instruct.Q4_1.gguf

The second form makes FOLDER first, in bfloat16, so that both read the same weights (needs gguf, too);
random_model.py writes files of other shapes, such as qwen3-0.6b.

Made states of about 400 tokens, 8 questions each (noul, score and choice). Both read the same requests
on the same threads; loading is not counted: tare's own seconds of computing, and the pipeline's calls
after one that warms it up. Prints one JSON object with requests per second, their ratio, and the largest
difference of a probability. Needs transformers 5.23 and torch for the reference.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

WORDS = (
    "the order was placed on a day in spring and the customer wrote to ask why it had not come yet "
    "since the page said that it would take three days at most which is long over by now"
).split()

QUESTIONS = {
    "refund": {"type": "noul", "instructions": "Does the customer ask for a refund?"},
    "angry": {"type": "noul", "instructions": "Is the customer angry?"},
    "late": {"type": "noul", "instructions": "Is a delivery late?"},
    "polite": {"type": "score", "instructions": "How polite is it?", "criteria": ["not", "fairly", "very"]},
    "urgent": {
        "type": "score",
        "instructions": "How urgent is it?",
        "criteria": ["can wait", "this week", "today", "now"],
    },
    "clear": {"type": "score", "instructions": "How clear is it?", "criteria": ["unclear", "clear"]},
    "topic": {
        "type": "choice",
        "instructions": "What is it about?",
        "criteria": {"delivery": None, "payment": None, "product": None, "other": None},
    },
    "tone": {"type": "choice", "instructions": "What is the tone?", "criteria": {"calm": None, "pushy": None}},
}


def requests(count, words, seed=1):
    draw = random.Random(seed)
    for number in range(count):
        state = f"Ticket {number}. " + " ".join(draw.choice(WORDS) for _ in range(words))
        yield {"state": state, "questions": QUESTIONS}


def tare(program, model, lines, threads, precision):
    """Rows and the seconds that tare counts, which begin when its model is asked."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = os.path.join(folder, "requests.jsonl"), os.path.join(folder, "answers.jsonl")
        with open(source, "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        command = [program, "decide", source, "--model", model, "--threads", str(threads)]
        command += ["--precision", precision, "-o", out, "--json"]
        start = time.perf_counter()
        summary = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        wall = time.perf_counter() - start
        with open(out) as file:
            return [json.loads(line)["answers"] for line in file], summary["seconds"], wall


def reference(model, lines, threads, dtype):
    import torch
    from transformers import pipeline

    torch.set_num_threads(threads)
    decide = pipeline("decision", model=model, dtype=getattr(torch, dtype))
    decide(lines[0])
    start = time.perf_counter()
    answers = [decide(line) for line in lines]
    return answers, time.perf_counter() - start


def make_folder(gguf, folder):
    """The GGUF file's model as a folder in Hugging Face layout."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place, name = os.path.split(os.path.abspath(gguf))
    AutoTokenizer.from_pretrained(place, gguf_file=name).save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(
        place, gguf_file=name, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True))
    model.config.quantization_config = None
    model.save_pretrained(folder)


def difference(first, second):
    if isinstance(first, dict):
        return max((difference(first[key], second[key]) for key in first if key != "legend"), default=0)
    return abs(first - second) if isinstance(first, float) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--from-gguf", metavar="FILE", help="make the folder of this file first")
    parser.add_argument("--tare", default=".build/release/tare")
    parser.add_argument("--states", type=int, default=8)
    parser.add_argument("--words", type=int, default=380)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="float32", help="of tare")
    parser.add_argument("--dtype", default="bfloat16", help="of the reference")
    options = parser.parse_args()
    if options.from_gguf and not os.path.exists(os.path.join(options.model, "config.json")):
        make_folder(options.from_gguf, options.model)
    lines = list(requests(options.states, options.words))
    ours, seconds, wall = tare(options.tare, options.model, lines, options.threads, options.precision)
    theirs, other = reference(options.model, lines, options.threads, options.dtype)
    count = len(lines)
    json.dump(
        {
            "model": options.model, "states": count, "questions": len(QUESTIONS),
            "threads": options.threads, "tare_precision": options.precision,
            "reference_dtype": options.dtype, "tare_requests_per_second": count / seconds,
            "tare_seconds_with_loading": wall, "reference_requests_per_second": count / other,
            "ratio": other / seconds,
            "largest_difference": max(difference(a, b) for a, b in zip(ours, theirs)),
        },
        sys.stdout, indent=1,
    )
    print()


if __name__ == "__main__":
    main()
