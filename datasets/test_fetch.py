#!/usr/bin/env python3
"""Tests of fetch.py on small local folders: python3 datasets/test_fetch.py. Nothing is brought from anywhere."""
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import fetch

TURN = {"role": "user", "content": "q"}
# For each set its files in a folder, and the rows expected by output file.
CASES = {
    "rewardbench": (
        {"filtered.json": [{"id": 0, "prompt": "p", "chosen": "a", "rejected": "b", "subset": "hep-go", "x": 1},
                           {"id": 0, "prompt": "q", "chosen": "c", "rejected": "d", "subset": "shp"}]},
        {"rewardbench": [{"id": "hep-go-0", "subset": "hep-go", "prompt": "p", "chosen": "a", "rejected": "b"},
                         {"id": "shp-0", "subset": "shp", "prompt": "q", "chosen": "c", "rejected": "d"}]}),
    "rewardbench2": (
        {"data/test-00000.jsonl": [{"id": "ref:1", "prompt": "p", "chosen": ["a"], "rejected": ["b", "c"],
                                    "num_correct": 1, "subset": "Ties"}]},
        {"rewardbench2": [{"id": "ref:1", "subset": "Ties", "prompt": "p", "chosen": ["a"],
                           "rejected": ["b", "c"]}]}),
    "rm-bench": (
        {"chat_filtered.json": [{"id": "8", "prompt": "p", "chosen": ["a"] * 3, "rejected": ["b"] * 3}],
         "safety-refuse.json": [{"id": "8", "prompt": "p", "chosen": ["a"] * 3, "rejected": ["b"] * 3}]},
        {"rm-bench": [{"id": f"{name}-8", "section": name, "prompt": "p", "chosen": ["a"] * 3,
                       "rejected": ["b"] * 3} for name in ["chat_filtered", "safety-refuse"]]}),
    "judgebench": (
        {f"data/response_model={model}.jsonl": [
            {"pair_id": model, "original_id": "1", "source": "mmlu-pro-law", "question": "q", "response_A": "a",
             "response_B": "b", "label": "A>B"}] for model in ["gpt-4o", "claude-3-5-sonnet"]},
        {f"judgebench-{split}": [{"pair_id": model, "source": "mmlu-pro-law", "question": "q", "response_A": "a",
                                  "response_B": "b", "label": "A>B", "original_id": "1"}]
         for split, model in [("gpt", "gpt-4o"), ("claude", "claude-3-5-sonnet")]}),
    "ppe": (
        {f"PPE-{hub}-Best-of-K/train.jsonl": [{"question_id": 3, "model_name": "m", "prompt": "p",
                                               "scores": [True, False], "response_1": "a", "response_2": "b"}]
         for hub, _ in fetch.PPE.values()},
        {f"ppe-{name}": [{"id": f"{name}_best_of_k:3:m", "subset": f"{name}_best_of_k", "prompt": "p",
                          "responses": ["a", "b"], "labels": [1, 0]}] for name in fetch.PPE}),
    "processbench": (
        {f"{name}.json": [{"id": f"{name}-1", "problem": "p", "steps": ["s", "t"], "label": -1}]
         for name in fetch.PROCESSBENCH},
        {f"processbench-{name}": [{"id": f"{name}-1", "subset": name, "prompt": "p",
                                   "response": "s<extra_0>t<extra_0>", "label": -1}]
         for name in fetch.PROCESSBENCH}),
    "alpacaeval": (
        {"alpaca_eval.json": [{"instruction": "i", "output": "o", "generator": "g", "dataset": "d"}]},
        {"alpacaeval": [{"id": 0, "instruction": "i", "output": "o", "generator": "g", "dataset": "d"}]}),
}


class FetchTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def put(self, files):
        for name, rows in files.items():
            path = self.folder / "set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = "\n".join(map(json.dumps, rows)) if path.suffix == ".jsonl" else json.dumps(rows)
            path.write_text(lines, encoding="utf-8")
        (self.folder / "set" / "README.md").write_text("---\nlicense: odc-by\n---\n", encoding="utf-8")

    def run_fetch(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = fetch.main([*arguments])
        return code, out.getvalue(), err.getvalue()

    def fetch_local(self, key):
        return self.run_fetch(key, "--from", str(self.folder / "set"), "--output", str(self.folder / "out"))

    def test_every_set_is_made_of_a_local_folder(self):
        self.assertEqual(set(CASES), set(fetch.SETS))
        for key, (files, expected) in CASES.items():
            with self.subTest(key):
                self.setUp()
                self.put(files)
                code, out, err = self.fetch_local(key)
                self.assertEqual(code, 0, err)
                self.assertIn("licence: odc-by (its card)", out)
                for name, rows in expected.items():
                    lines = (self.folder / "out" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
                    self.assertEqual([json.loads(line) for line in lines], rows)
                self.assertFalse(list((self.folder / "out").glob("*.part")))

    def test_a_number_of_rows_that_is_not_the_known_one_is_said(self):
        self.put(CASES["rewardbench"][0])
        self.assertIn("2985 rows were expected", self.fetch_local("rewardbench")[2])

    def test_what_is_wrong_is_named_and_nothing_is_written(self):
        self.put({"filtered.jsonl": [{"id": 1, "prompt": "p", "chosen": "a", "subset": "shp"}]})
        code, _, err = self.fetch_local("rewardbench")
        self.assertEqual(code, 65)
        self.assertIn("row 1: found no rejected", err)
        self.assertFalse((self.folder / "out").exists())
        (self.folder / "set" / "filtered.jsonl").write_text("{broken", encoding="utf-8")
        code, _, err = self.fetch_local("rewardbench")
        self.assertEqual(code, 65)
        self.assertIn("filtered.jsonl", err)

    def test_only_the_set_s_own_files_of_a_folder_count(self):
        pair = CASES["judgebench"][0]["data/response_model=gpt-4o.jsonl"]
        self.put(CASES["judgebench"][0] | {
            "outputs/response_model=gpt-4o,judge_name=m,judge_model=claude-3-haiku.jsonl": pair})
        _, out, _ = self.fetch_local("judgebench")
        self.assertEqual(out.count(": 1 rows"), 2, out)
        outputs = CASES["alpacaeval"][0]["alpaca_eval.json"]
        better = [outputs[0] | {"output": "of the baseline"}]
        self.put({"alpaca_eval.json": outputs, "alpaca_eval_gpt4_baseline.json": better,
                  "alpaca_eval_all_outputs.json": outputs * 3})
        self.fetch_local("alpacaeval")
        lines = (self.folder / "out" / "alpacaeval.jsonl").read_text(encoding="utf-8").splitlines()
        self.assertEqual([json.loads(line)["output"] for line in lines], ["of the baseline"])

    def test_a_line_separator_in_a_string_ends_no_line(self):
        self.put({"filtered.jsonl": []})
        row = {"id": "1", "prompt": "p\u2028q", "chosen": "a", "rejected": "b", "subset": "shp"}
        (self.folder / "set" / "filtered.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
        self.assertEqual(self.fetch_local("rewardbench")[0], 0)

    def test_rows_that_are_no_objects_are_named(self):
        self.put({"filtered.json": ["x"]})
        code, _, err = self.fetch_local("rewardbench")
        self.assertEqual(code, 65)
        self.assertIn("filtered.json, row 1: found no object", err)

    def test_wrong_usage(self):
        self.assertEqual(self.run_fetch("nothing")[0], 64)
        self.assertEqual(self.run_fetch()[0], 64)
        self.assertEqual(self.run_fetch("rewardbench", "--from", str(self.folder / "none"))[0], 64)
        code, out, _ = self.run_fetch("--list")
        self.assertEqual((code, len(out.splitlines())), (0, len(fetch.SETS)))


if __name__ == "__main__":
    unittest.main()
