"""Writes decision_prompts.json: transformers 5.23.0's default prompts and answers of typed questions.

    python3 decision_prompts.py >decision_prompts.json

Prompts are the user message before any chat template; answers are made of given probabilities.
"""

import json

from transformers.decision.configuration_utils import DecisionConfig
from transformers.decision.template_utils import DECISION_PROMPT, parse_questions
from transformers.utils.chat_template_utils import _compile_jinja_template

REQUESTS = [
    '{"state": "The lamp is red.", "questions": {"red": {"type": "noul", "instructions": "Is it red?"}}}',
    '{"state": {"a": 1.10, "b": [1e5, 1E-7, -0.0, -0, 1e16], "c": "\\u00e9\\u2028/"}, "questions": '
    '{"n": {"type": "noul", "criteria": {"false": {"why": ["x", null]}}}}}',
    '{"state": "", "questions": {"": {"type": "noul", "instructions": ""}}}',
    '{"state": ["x", {"y": true}], "questions": {"c": {"type": "choice", "instructions": ["Which", 2], '
    '"criteria": {"one": null, "two": "", "three": {"d": 3.0}}}}}',
    '{"state": "s", "questions": {"c": {"type": "choice", "criteria": {"only": "this"}}}}',
    '{"state": null, "questions": {"s": {"type": "score", "instructions": "How?", '
    '"criteria": ["same", "same", {"level": 2}, ["top"]]}}}',
    '{"state": 123456789012345678901234567890, "questions": {"s": {"type": "score", "criteria": ["l"]}}}',
    '{"state": "k", "questions": {"c": {"type": "choice", "criteria": {"a": 0}, "criteria": '
    '{"b": "first", "a": "then", "b": "last"}}}}',
]
SHARES = [[0.71, 0.2, 0.06, 0.03], [0.25, 0.25, 0.25, 0.25], [0.4, 0.1, 0.1, 0.4], [0.0, 0.0, 0.125, 0.875]]


def shares(question, row):
    """As many as there are options, that sum to 1."""
    first = row[: len(question.options)]
    whole = sum(first)
    return [share / whole for share in first] if whole else [1.0] + [0.0] * (len(first) - 1)


def main():
    config = DecisionConfig()
    template = _compile_jinja_template(DECISION_PROMPT)
    rows = []
    for text in REQUESTS:
        request = json.loads(text)
        for question in parse_questions(request["questions"], config):
            rows.append(
                {
                    "request": text,
                    "prompt": template.render(state=request["state"], question=question),
                    "answers": [
                        {"shares": shares(question, row), "answer": question.answer(shares(question, row))}
                        for row in SHARES
                    ],
                }
            )
    print(json.dumps(rows, indent=1, ensure_ascii=True))


if __name__ == "__main__":
    main()
