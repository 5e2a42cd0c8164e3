"""Writes conversations.jsonl: what templates get of conversations, by transformers' own hand.

Made with transformers 5.23.0 by
    python conversations.py > conversations.jsonl
Each line has a template, messages, perhaps tools, documents and variables, and the text or the error.
They come from a tokenizer's apply_chat_template, but those with a content of null from
render_jinja_template, which it calls and which, unlike itself, keeps such members.
"""

import json
import sys

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATES = [
    "{{ messages | tojson }}|{{ tools | tojson }}|{{ documents | tojson }}|{{ add_generation_prompt }}",
    "{% for m in messages %}{{ m.role }}:{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}{% endfor %}",
    "{{ bos_token }}{% for m in messages %}<{{ m['role'] }}>"
    "{% if m.reasoning_content is defined and m.reasoning_content %}<think>{{ m.reasoning_content }}</think>"
    "{% elif m.thinking is defined %}[{{ m.thinking }}]{% endif %}"
    "{% if m.content is string %}{{ m.content | trim }}{% elif m.content is iterable %}"
    "{% for part in m.content %}{{ part.text if part is mapping else part }}{% endfor %}"
    "{% elif 'content' in m %}{{ m.content }}{% else %}nothing{% endif %}"
    "{% for call in m.tool_calls or [] %}{{ call.function.name }}({{ call.function.arguments | tojson }})"
    "{% endfor %}{% if m.name %}@{{ m.name }}{% endif %}{{ eos_token }}{% endfor %}"
    "{% if enable_thinking is defined and not enable_thinking %}<no_think>{% endif %}{{ style }}",
    "{%- for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}",
    "{% if tools %}{{ raise_exception('no tools, please') }}{% endif %}{{ messages[-1].content }}",
]

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"x": 1.5, "y": [None, True]}}}
USER = {"role": "user", "content": "Hi there "}
ANSWER = {"role": "assistant", "content": "Good day"}
TOOLS = [{"type": "function", "function": {"name": "f", "description": "é <&>", "parameters": {}}}]
CONVERSATIONS = [
    ([USER, ANSWER], {}),
    ([{"content": "a", "role": "user"}, ANSWER], {}),
    ([{"role": "system", "content": ""}, USER, {**ANSWER, "reasoning_content": "hm"}], {}),
    ([USER, {**ANSWER, "reasoning": "hm"}], {}),
    ([USER, {**ANSWER, "thinking": "hm"}], {}),
    ([USER, {"thinking": "one", **ANSWER, "reasoning": "two"}], {}),
    ([USER, {**ANSWER, "reasoning": "one", "reasoning_content": "two"}], {}),
    ([USER, {**ANSWER, "thinking": "one", "reasoning_content": None}], {}),
    ([USER, {**ANSWER, "thinking": None, "reasoning": ""}], {}),
    ([USER, {**ANSWER, "name": "Bob", "tool_calls": None, "weight": 0}], {}),
    ([USER, {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "content": "5", "tool_call_id": "c1"}, ANSWER], {"tools": TOOLS}),
    ([USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}, ANSWER], {"tools": TOOLS}),
    ([USER, {"role": "assistant", "content": None, "tool_calls": None, "reasoning": "r"}], {}),
    ([{"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}, ANSWER], {}),
    ([USER, {"role": "tool", "content": {"city": "Oslo", "days": [1, 2]}}, ANSWER], {}),
    ([USER, {"role": "tool", "content": [{"city": "Oslo"}, 5]}, ANSWER], {}),
    ([USER, ANSWER], {"tools": []}),
    ([USER, ANSWER], {"documents": [{"title": "T", "text": "x"}]}),
    ([USER, ANSWER], {"enable_thinking": False, "style": "formal"}),
    ([USER, ANSWER], {"bos_token": "<mine>"}),
]


def outcome(tokenizer, template, messages, context):
    try:
        if any(message.get("content", "") is None for message in messages):
            kept = [
                {key: value for key, value in message.items() if value is not None or key == "content"}
                for message in messages
            ]
            variables = {**tokenizer.special_tokens_map, **context}
            return {"text": render_jinja_template([kept], chat_template=template, **variables)[0][0]}
        return {
            "text": tokenizer.apply_chat_template(
                messages, chat_template=template, tokenize=False, **context
            )
        }
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>"
    )
    for template in TEMPLATES:
        for messages, context in CONVERSATIONS:
            names = ("tools", "documents")
            row = {"template": template, "messages": messages}
            row |= {name: context[name] for name in names if name in context}
            row["variables"] = {key: value for key, value in context.items() if key not in names}
            row |= outcome(tokenizer, template, messages, context)
            json.dump(row, sys.stdout, ensure_ascii=False)
            print()
