"""Makes requests.jsonl: requests with messages, and the text that vLLM would hand its tokenizer for them.

Rendered by transformers 5.23.0 (jinja2 3.1.6); what vLLM 0.32 makes of a request's messages before that is done here in
plain words: contents as strings, or as lists of parts where a loop of the template goes over them; tool calls' arguments
as objects; thoughts under both names. Run as: python requests.py > requests.jsonl
"""
import json

import jinja2.nodes as nodes
import transformers
import transformers.utils.chat_template_utils as chat

assert transformers.__version__ == "5.23.0", transformers.__version__

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
TRIMS = (
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}[/]{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}")
TOOLS = (
    "{% if tools %}TOOLS {{ tools | tojson }}\n{% endif %}{% for d in documents or [] %}DOC {{ d.title }}: {{ d.text }}\n"
    "{% endfor %}{% for m in messages %}{{ m.role }}{% if m.name %} ({{ m.name }}){% endif %}: {{ m.content }}"
    "{% if m.reasoning %} <think>{{ m.reasoning }}{% endif %}{% if m.reasoning_content %} <thought>{{ m.reasoning_content }}"
    "{% endif %}{% for c in m.tool_calls or [] %} CALL {{ c.function.name }}({% for k, v in c.function.arguments.items() %}"
    "{{ k }}={{ v }} {% endfor %}){% endfor %}{% if m.tool_call_id %} for {{ m.tool_call_id }}{% endif %}\n{% endfor %}"
    "{% if style is defined %}[{{ style }}]{% endif %}{% if enable_thinking is defined and not enable_thinking %}[no thoughts]"
    "{% endif %}")
PARTS = (
    "{% set loop_messages = messages | list %}{% for m in loop_messages %}{{ m['role'] }}: {% if m['content'] is string %}"
    "{{ m['content'] }}{% else %}{% for part in m['content'] %}<{{ part['type'] }}>{{ part['text'] }}{% endfor %}{% endif %}\n"
    "{% endfor %}")
RANGES = (
    "{% for m in messages[1:] %}{% for part in m.content | list %}{{ part.text }}|{% endfor %}{% endfor %}")
MACRO = (
    "{% macro show(content) %}{% if content is string %}{{ content }}{% else %}{% for part in content %}{{ part.text }}"
    "{% endfor %}{% endif %}{% endmacro %}{% for m in messages %}{{ show(m.content) }};{% endfor %}")
RENAMED = (
    "{% for m in messages %}{% set body = m.content %}{% for part in body %}{{ part.text }}{% endfor %};{% endfor %}")
OTHER_LISTS = (
    "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}{% endfor %}{{ m.content }};{% endfor %}")

USER = {"role": "user", "content": "Weather in Oslo?"}
ANSWER = {"role": "assistant", "content": "It is 3 degrees."}
CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Oslo\", \"days\": 2}"}}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "w", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}}}}
CALLED = [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]},
          {"role": "tool", "tool_call_id": "c1", "name": "get_weather", "content": "3 °C"}, ANSWER]


def text(*texts):
    return [{"type": "text", "text": each} for each in texts]


PARTED = [{"role": "system", "content": text("Be", "brief.")}, {"role": "user", "content": text("Weather", "in Oslo?")},
          {"role": "assistant", "content": "Cold."}]

CASES = [
    (CHATML, {"messages": [USER, ANSWER]}),
    (CHATML, {"messages": [{"role": "system", "content": "Be brief."}, USER, ANSWER]}),
    (CHATML, {"messages": [USER, ANSWER], "add_generation_prompt": True}),
    (CHATML, {"messages": [USER], "add_generation_prompt": True}),
    (CHATML, {"messages": [USER, ANSWER], "continue_final_message": True}),
    (CHATML, {"messages": [USER, {"role": "assistant", "content": "It is  "}], "continue_final_message": True}),
    (CHATML, {"messages": [USER], "continue_final_message": True}),
    (CHATML, {"messages": PARTED}),
    (CHATML, {"messages": PARTED, "continue_final_message": True}),
    (TRIMS, {"messages": [USER, ANSWER]}),
    (TRIMS, {"messages": [USER, {"role": "assistant", "content": "  It is \n"}], "continue_final_message": True}),
    (TRIMS, {"messages": [USER, ANSWER], "add_generation_prompt": True}),
    (TOOLS, {"messages": CALLED}),
    (TOOLS, {"messages": CALLED[:2]}),
    (TOOLS, {"messages": CALLED, "tools": [TOOL]}),
    (TOOLS, {"messages": CALLED, "chat_template_kwargs": {"tools": [TOOL]}}),
    (TOOLS, {"messages": [USER, ANSWER], "documents": [{"title": "Oslo", "text": "A cold town."}]}),
    (TOOLS, {"messages": [USER, ANSWER], "chat_template_kwargs": {"documents": [{"title": "Oslo", "text": "A cold town."}]}}),
    (TOOLS, {"messages": [USER, ANSWER], "chat_template_kwargs": {"style": "formal", "enable_thinking": False}}),
    (TOOLS, {"messages": [USER, {**ANSWER, "reasoning_content": "Hm."}]}),
    (TOOLS, {"messages": [USER, {**ANSWER, "reasoning": "Hm."}]}),
    (TOOLS, {"messages": [{**USER, "name": "Ann"}, {**ANSWER, "tool_calls": None, "refusal": None, "audio": None}]}),
    (TOOLS, {"messages": [USER, {**ANSWER, "tool_calls": []}]}),
    (TOOLS, {"messages": [USER, {"role": "assistant", "content": "", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "now", "arguments": ""}}]}]}),
    (TOOLS, {"messages": [{"role": "developer", "content": "Be brief."}, USER, ANSWER]}),
    (TOOLS, {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]},
                          {"role": "tool", "tool_call_id": "c1", "content": text("3 °C", "& rain")}, ANSWER]}),
    (PARTS, {"messages": PARTED}),
    (PARTS, {"messages": [USER, ANSWER]}),
    (PARTS, {"messages": [USER, {"role": "assistant", "content": "It is "}], "continue_final_message": True}),
    (RANGES, {"messages": PARTED}),
    (MACRO, {"messages": PARTED}),
    (RENAMED, {"messages": [USER, ANSWER]}),
    (OTHER_LISTS, {"messages": PARTED}),
]


def reads_parts(template):
    """Whether a loop goes over the content of an element of `messages`, or of a variable that is set to it."""
    tree = chat._compile_jinja_template(template).environment.parse(template)

    def is_of(node, name, member=None):
        while isinstance(node, (nodes.Filter, nodes.Test)) or (
                isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice)):
            node = node.node
        if member:
            key = node.attr if isinstance(node, nodes.Getattr) else getattr(getattr(node, "arg", None), "value", None)
            if not isinstance(node, (nodes.Getattr, nodes.Getitem)) or key != member:
                return False
            node = node.node
        return isinstance(node, nodes.Name) and node.name == name

    lists = ["messages"]
    for name in lists:
        lists += [a.target.name for a in tree.find_all(nodes.Assign) if is_of(a.node, name) and a.target.name not in lists]
    loops = list(tree.find_all(nodes.For))
    elements = [loop.target.name for loop in loops if any(is_of(loop.iter, name) for name in lists)]
    return any(is_of(loop.iter, name, "content") for loop in loops for name in elements)


def prepared(message, has_parts):
    content = message.get("content")
    parts = [] if content is None else text(content) if isinstance(content, str) else content
    joined = "\n".join(part["text"] for part in parts)
    made = {**{k: v for k, v in message.items() if v is not None},
            "content": parts if has_parts and message["role"] != "tool" else joined}
    calls = made.pop("tool_calls", None)
    if calls:
        made["tool_calls"] = [
            {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"] or "{}")}}
            for call in calls]
    thoughts = made.get("reasoning", made.get("reasoning_content"))
    if thoughts is not None and message["role"] == "assistant":
        made["reasoning"] = made["reasoning_content"] = thoughts
    return made


def without_developers(messages):
    """As vLLM does where a template does not name the role: system messages, all in one at the beginning."""
    if not any(message["role"] == "developer" for message in messages):
        return messages
    system = [message for message in messages if message["role"] in ("system", "developer")]
    joined = "\n\n".join(message["content"] for message in system if message["content"])
    return [{"role": "system", "content": joined}] + [message for message in messages if message not in system]


def rendered(template, request):
    variables = dict(request.get("chat_template_kwargs", {}))
    tools = variables.pop("tools", request.get("tools"))
    documents = variables.pop("documents", request.get("documents"))
    messages = request["messages"] if "developer" in template else without_developers(request["messages"])
    messages = [prepared(message, reads_parts(template)) for message in messages]
    texts, _ = chat.render_jinja_template(
        [messages], tools=tools, documents=documents, chat_template=template, bos_token="<|im_start|>",
        add_generation_prompt=request.get("add_generation_prompt", False),
        continue_final_message=request.get("continue_final_message", False), **variables)
    return texts[0]


for template, request in CASES:
    print(json.dumps({"template": template, "request": request, "text": rendered(template, request)}, ensure_ascii=False))
