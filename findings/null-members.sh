#!/usr/bin/env bash
# transformers 5.23.0: a tokenizer's apply_chat_template drops members of messages that are null before it
# renders; render_jinja_template, which it calls, and which tools call too, keeps them. The same row, the
# same template, two texts: {"role": "assistant", "content": null, "tool_calls": […]}, as OpenAI's API
# writes it, is "None" by one way and nothing by the other, and some templates fail by only one of them.
# Seen: "user:Hi;assistant:None;" and "user:Hi;assistant:;".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet transformers==5.23.0 jinja2==3.1.6
"$work/venv/bin/python" - <<'PYTHON'
import transformers
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

print("transformers", transformers.__version__)
template = "{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}"
messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None}]
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
kept = render_jinja_template([messages], chat_template=template)[0][0]
dropped = tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False)
print(repr(kept), repr(dropped))
assert kept == "user:Hi;assistant:None;", kept
assert dropped == "user:Hi;assistant:;", dropped
PYTHON
