"""Writes interpreter.jsonl: what transformers makes of the templates in interpreter.txt.

Made with transformers 5.23.0, jinja2 3.1.6 and Python 3.11 by
    python interpreter.py > interpreter.jsonl
The templates stand between lines of four hyphens. The output is as that of snippets.py. Templates
whose text holds an address in memory are left out.
"""

import json
import sys
from pathlib import Path

import snippets

VARIABLES = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": 'Hello, "world"!\nIt\'s me.'},
        {
            "role": "assistant",
            "content": "Héllo wörld 👋",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {
                        "name": "f",
                        "arguments": {"a": 1, "b": [1.5, None, True], "c": {"d": "é<&>'\""}},
                    },
                }
            ],
        },
        {"role": "tool", "content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]},
        {"role": "user", "content": " last "},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "add",
                "description": "Adds <numbers> & more: 'é' \u2028",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "a": {"type": "integer", "enum": [1, 2]},
                        "b": {"type": ["string", "null"]},
                    },
                    "required": ["a", "b"],
                },
            },
        }
    ],
    "add_generation_prompt": False,
    "tree": [{"n": 1, "c": [{"n": 2, "c": [{"n": 3}]}, {"n": 4}]}, {"n": 5}],
    "bos_token": "<s>",
    "eos_token": "</s>",
    "f": 1.0,
    "neg": -3,
    "empty": "",
    "nul": None,
    "flag": True,
    "d": {"b": 2, "a": 1, "C": {"x": [1, 2]}},
    "s": "The quick brown fox",
    "xs": [3, 1, 2],
    "u": "ÄÖü ß ﬁ İ ǆ 1² ½ ٣ \u00a0 e\u0301 👨\u200d👩\u200d👧",
    "rows": [{"k": "b", "v": 1}, {"k": "a", "v": 2}, {"k": "B", "v": 3}, {"k": "a", "v": 4}],
}

if __name__ == "__main__":
    text = Path(__file__).with_name("interpreter.txt").read_text(encoding="utf-8")
    templates = text.removesuffix("\n").split("\n----\n")
    rows = [VARIABLES]
    for source in templates:
        row = {"template": source, **snippets.outcome(source, VARIABLES)}
        if " at 0x" not in row.get("text", ""):
            rows.append(row)
    for row in rows:
        json.dump(row, sys.stdout, ensure_ascii=False)
        print()
