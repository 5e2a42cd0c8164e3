"""Writes snippets.jsonl: small templates with what transformers makes of them.

Made with transformers 5.23.0, jinja2 3.1.6 and Python 3.11.7 by
    python snippets.py > snippets.jsonl
The first line holds the variables that all templates see. Every other line holds a template and
either its text or an error: its kind ("refusal", "syntax", "undefined" or the name of a Python
exception), its message, and the template's line.
"""

import datetime
import json
import sys

import jinja2
from transformers.utils.chat_template_utils import _compile_jinja_template

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello, \"world\"!\nIt's me."},
    {"role": "assistant", "content": "Héllo wörld 👋"},
    {"role": "user", "content": " last "},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Adds <numbers> & more: 'é' \u2028",
            "parameters": {"type": "object", "properties": {}, "required": ["a", "b"]},
        },
    }
]
DAY = datetime.datetime(2026, 1, 5)

SNIPPETS = [
    # White space control
    "a\n{% if true %}\nb\n{% endif %}\nc\n",
    "a\n  {% if true %}\n  b\n  {% endif %}\nc\n\n",
    "a\n  {%- if true %}\n  b\n  {%- endif %}\nc",
    "a\n  {% if true -%}\n  b\n  {% endif -%}\n c",
    "a\n  {%+ if true %}\n  b\n  {%+ endif %}\n c",
    "a\n  {% if true +%}\n  b\n  {% endif +%}\n c",
    "a  {% if true %} b {% endif %} c",
    "  {{ 1 }}\n  {{- 2 }}\n  {{ 3 -}}\n  {{ 4 }}\n",
    "  {{+ 1 }}x",
    "a {#- c -#} b {# d #}\n e\n  {# f #}\n  g\n{#+ h +#}\n i",
    "a {# one #}{# two #}\n\n b",
    "{#\nmany\nlines #}\nx",
    "{#--#}x{##}y",
    "{% raw %}\n  {{ x }} {% if %}\n{% endraw %}\nz",
    "a\n  {% raw -%}\n  {{ x }}\n  {%- endraw %}\nz",
    "a {%- raw %} {{ x }} {% endraw -%}  z",
    "  {% raw %}  {{ x }}\n  {% endraw +%}\nz",
    "\n\n  {% set x = 1 %}  \n\n{{ x }}\n\n",
    "a\r\nb\rc\n",
    "{% set x = 'a\r\nb' %}{{ x|tojson }}\r\n\r\n",
    "{% for i in [1,2] %}\n  {{ i }}\n{% endfor %}\nend",
    "{% for i in [1,2] -%}\n  {{ i }}\n{%- endfor %}\nend",
    "\t {% if 1 %}\tx{% endif %}\u00a0\n\u00a0{% if 1 %}y{% endif %}",
    "x\n\n   {%- set a = 1 -%}\n\n  y",
    "  {% if true %}a{% endif %}\n  {% if true %}b{% endif %}",
    "{{ '}}' }}{{ \"%}\" }}{{ {'a': {'b': 1}}.a.b }}{{ {'a':{}}}}",
    "{{ 1\n}}\n{{- 2 }}",
    "{%if true%}x{%endif%}{{1}}{{-1}}{{- -1}}",
    "",
    "\n",
    "\n\n",
    "only text { } % # {x} }}",
    # Literals and printing
    "{{ true }} {{ True }} {{ false }} {{ none }} {{ None }} {{ 1 }} {{ 1.0 }} {{ 'x' }}",
    "{{ 1_000 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1_0.5 }} {{ 2E2 }}",
    "{{ 1e15 }} {{ 1e16 }} {{ 123456789012345680.0 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1.0e100 }} {{ 0.1 + 0.2 }}",
    "{{ -0.0 }} {{ 1/3 }} {{ 100.0 }} {{ 5e-324 }} {{ 1.7976931348623157e308 }} {{ 9007199254740993.0 }}",
    "{{ [1, 'a', \"it's\", 'q\"', none, true, 1.5, [], {}, ()] }}",
    "{{ {'a': 1, 2: [3], none: (4,), 'k': {'n': 'é'}} }}",
    "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 2 }}",
    "{{ 'a\\nb\\t\\\\ \\x41 \\u00e9 \\U0001F44B \\101 \\q \\'' }}",
    "{{ ['\\n\\r\\t\\\\', '\\x00\\x7f\\x85\\xa0\\u200b', '\\u2028', '👋', 'it\\'s \"x\"'] }}",
    "{{ 'a' 'b' \"c\" }}",
    "{{ 'line\nbreak' }}|{{ 'a\\\nb' }}",
    "{{ range(3) }} {{ range(1, 5, 2) }} {{ range(5)|list }} {{ range(5, 0, -2)|list }} {{ range(3)[1] }}",
    "{{ messages[0] }}",
    "{{ messages[2].content ~ 1 ~ none ~ 1.0 ~ [1] }}",
    "{{ {'a': 1}.items() }} {{ {'a': 1}.keys() }} {{ {'a': 1}.values() }}",
    "{{ [undefined_thing] }}",
    # Operators
    "{{ 1 + 2 * 3 - 4 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }}",
    "{{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** -1 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1.0 * 3 }} {{ 4 / 2 }}",
    "{{ 0.5 ** 2 }} {{ (-8) ** 3 }} {{ 10 % 3.5 }} {{ -1.0 // 0.3 }} {{ 0 ** 0 }} {{ -0.0 % 5 }}",
    "{{ 'a' * 3 }} {{ 2 * 'b' }} {{ [1] * 2 }} {{ 'x' * -1 }}| {{ (1,) + (2,) }} {{ [1] + [2] }} {{ true + 1 }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1,2] < [1,3] }} {{ 1 != 2 }} {{ 3 >= 3 > 2 }}",
    "{{ 'a' in 'abc' }} {{ 'a' not in ['b'] }} {{ 1 in (1,2) }} {{ 'k' in {'k': 1} }} {{ '' in '' }} {{ 3 in range(5) }}",
    "{{ 1 if true }} {{ 1 if false }}| {{ 1 if false else 2 }} {{ 1 if false else 2 if false else 3 }}",
    "{{ not true }} {{ not not 1 }} {{ not 1 == 2 }} {{ true and false or true }} {{ 0 or 'x' }} {{ 1 and '' }}|",
    "{{ none or [] }} {{ '' or 'd' }} {{ 'a' and 'b' }} {{ nothing or 'e' }} {{ not nothing }}",
    "{{ 'a' ~ 'b' * 2 }} {{ 1 ~ 2 + '3' }} {{ 'a' ~ 1 == 'a1' }}",
    "{{ 1 + 2 ~ 3 }}",
    "{{ -1|abs }} {{ -(1)|abs }} {{ +3 }} {{ - - 2 }} {{ (1 + 2)|string + 'x' }}",
    "{{ 'a' + 'b'|upper }} {{ ('a' + 'b')|upper }} {{ 2 * 3|string }}",
    "{{ 1 == true }} {{ 0 == false }} {{ '1' == 1 }} {{ none == false }} {{ [] == () }} {{ {'a': 1} == {'a': 1.0} }}",
    "{{ 'é' == 'e\\u0301' }} {{ 'é'|length }} {{ 'e\\u0301'|length }} {{ '👋🏽'|length }} {{ '\\r\\n'|length }}",
    "{{ 1 is defined and 2 is even }} {{ 3 is odd or false }} {{ not 3 is odd }} {{ 1 in [1] and 2 not in [1] }}",
    "{{ 1 if 'a' is string else 2 }} {{ 4 is divisibleby 2 }} {{ 4 is divisibleby(3) }} {{ 1 is not none }}",
    # Subscripts and attributes
    "{{ 'hello'[1] }} {{ 'hello'[-1] }} {{ 'hello'[1:3] }} {{ 'hello'[::-1] }} {{ 'hello'[::2] }} {{ 'hello'[-3:] }}",
    "{{ [1,2,3,4][1:] }} {{ [1,2,3,4][:-1] }} {{ [1,2,3,4][3:0:-1] }} {{ (1,2,3)[1:] }} {{ [1,2][5:] }} {{ [1,2][-9:9] }}",
    "{{ [1,2,3][::-2] }} {{ 'abc'[none:2] }} {{ range(10)[2:8:3]|list }} {{ range(10)[::-4] }} {{ 'wörld👋'[2:] }}",
    "{{ messages[0].role }} {{ messages[0]['role'] }} {{ messages.0.role }} {{ messages[-1].content }}|",
    "{{ messages[9] }}|{{ messages[0].nothing }}|{{ messages[0]['nothing'] }}|{{ 'abc'[9] }}|{{ 'abc'.x }}|{{ 5['a'] }}",
    "{{ {'items': 5}.items is callable }} {{ {'items': 5}['items'] }} {{ {'get': 1}.get('get') }}",
    "{{ {1: 'a', 'b': 2}[1] }} {{ {1: 'a'}[true] }} {{ {1: 'a'}[1.0] }} {{ [1,2][true] }} {{ [1,2]['x'] }}|",
    "{{ none.x }}|{{ none is defined }}|{{ none['x'] }}|{{ (1).real_ }}|",
    "{{ {'a': {'b': [{'c': 'deep'}]}}.a.b[0].c }} {{ [[1,2],[3,4]][1][0] }} {{ {(1,2): 'tuple key'}[1,2] }}",
    "{{ 'abc'.__class__ }}|{{ [].append }}|{{ [].append is defined }}|{{ 'x'._private }}|",
    # Undefined
    "{{ x }}|{{ x ~ 'a' }}|{{ x is defined }}|{{ x is undefined }}|{{ x|default('d') }}|{{ x|length }}|{{ x == y }}|{{ x == none }}",
    "{% for i in x %}a{% else %}none{% endfor %}|{{ x|list }}|{{ x|upper }}|{{ 'a' in x }}|{{ x|join(',') }}|{{ x|string|length }}",
    "{{ ''|default('d') }}|{{ ''|default('d', true) }}|{{ none|default('d') }}|{{ none|d('d', boolean=true) }}|{{ x|default }}|{{ x.y is defined if (x is defined) else 'no' }}",
    "{{ 'a' if x is defined else 'b' }}{{ x is defined if true else 'c' }}",
    "{{ messages[0].tool_calls is defined }} {{ messages[0].tool_calls is not none }} {{ messages[0]['tool_calls']|length }}",
    "{{ tools is defined }} {{ tools is none }} {{ documents is none }} {{ add_generation_prompt }}",
    # Statements
    "{% if a %}1{% elif b %}2{% elif 1 %}3{% else %}4{% endif %}",
    "{% if false %}1{% else %}{% if [] %}2{% else %}{% if {} %}3{% else %}4{% endif %}{% endif %}{% endif %}",
    "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if not loop.first }}<{{ m.role }}>{{ loop.nextitem.role if loop.nextitem is defined }};{% endfor %}",
    "{% for x in [1,1,2,2,3] %}{{ loop.changed(x) }} {{ loop.cycle('a', 'b') }};{% endfor %}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3)), (4, (5, 6))] %}{{ a + b + c }} {% endfor %}",
    "{% for x in [1,2,3,4] if x is even %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ loop.last }} {% else %}none{% endfor %}",
    "{% for x in [1,3] if x is even %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in [] %}{{ x }}{% else %}empty{% endfor %}",
    "{% for x in [1,2,3,4,5] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in [1,2] %}{% continue %}{% else %}else{% endfor %}|{% for x in [1,2] %}{% break %}{% else %}else{% endfor %}|{% for x in [1,2] %}{% if x == 2 %}{% break %}{% endif %}{% else %}else{% endfor %}",
    "{% for x in [1,2] %}{% for y in [1,2] %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{{ loop.index }}{% endfor %}",
    "{% for c in 'héy' %}{{ c }}-{% endfor %}{% for k in {'x': 1} %}{{ k }}{% endfor %}{% for x in (1, 2) %}{{ x }}{% endfor %}{% for x in 1, 2 %}{{ x }}{% endfor %}",
    "{% set ns = namespace(found=false) %}{% for m in messages if not ns.found %}{{ m.role }} {% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}",
    "{% for x in [1,2,3] if loop is defined %}{{ x }}{% else %}n{% endfor %}",
    "{% for item in tree recursive %}{{ item.n }}{% if item.c %}({{ loop(item.c) }}){% endif %}{{ loop.depth }} {% endfor %}",
    "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% for i in [1, 2] %}{% if i == 2 %}{{ y is defined }}{% endif %}{% set y = i %}{{ y }}{% endfor %}{{ y is defined }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, d) = [3, 4] %}{{ c }}{{ d }}",
    "{% set e, = [5] %}{{ e }}",
    "{% set t = 1, 2 %}{{ t }}{% set t = (1) %}{{ t }}",
    "{% set x %}a {{ 1 + 1 }} b{% endset %}[{{ x }}]{% set y | upper | trim %} abc {% endset %}[{{ y }}]",
    "{% set ns = namespace(a=1, b='x') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}{% set ns.d = [1] %}{{ ns.d }}{{ ns['a'] }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{% set ns.text %}block {{ ns.a }}{% endset %}{{ ns.text }}",
    "{% set ns = namespace() %}{% set ns.a, x = 1, 2 %}{{ ns.a }}{{ x }}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% set a = 5 %}{{ a }}{% endwith %}{{ a is defined }}{% set q = 1 %}{% with q = 2, r = q %}{{ q }}{{ r }}{% endwith %}{{ q }}",
    "{% filter upper %}abc {{ 'd' }}{% endfilter %}{% filter replace('a', 'b')|upper %}aa{% endfilter %}",
    "{% for m in messages %}{% generation %}{{ m.role }}{% set z = 1 %}{% endgeneration %}{{ z is defined }}\n{% endfor %}",
    "{% print 1 + 1 %}{% print 'a', 'b' %}",
    "{% if true: %}colon{% endif %}",
    "{% set messages = messages[1:] %}{{ messages|length }}{{ messages[0].role }}",
    "{% set tools = tools or [1] %}{{ tools }}",
    # Macros
    "{% macro m(a, b=2, c='x') %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(c=4, a=5) }} {{ m() }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}",
    "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}inner{% endcall %}",
    "{% macro m(xs) %}{% for x in xs %}{{ caller(x, loop.index) }};{% endfor %}{% endmacro %}{% call(v, i=0) m([5, 6]) %}{{ v }}@{{ i }}{% endcall %}",
    "{% macro m() %}{% if caller %}yes{% else %}no{% endif %}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}",
    "{% macro f(n) %}{{ n if n < 2 else (f(n - 1)|int + f(n - 2)|int) }}{% endmacro %}{{ f(10) }}",
    "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
    "{% macro m() %}{% set y = 5 %}{{ y }}{% endmacro %}{{ m() }}{{ y is defined }}{{ m.name }}",
    "{% macro outer() %}{% macro inner(x) %}<{{ x }}>{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}{{ inner is defined }}",
    "{%- macro render(content) -%}\n  {%- if content is string -%}\n    {{- content -}}\n  {%- else -%}\n    {%- for c in content -%}{{- c.text -}}{%- endfor -%}\n  {%- endif -%}\n{%- endmacro -%}\n{{ render('a') }}{{ render([{'text': 'b'}, {'text': 'c'}]) }}\n",
    "{% macro m(x) %}{{ x|upper }}{% endmacro %}{{ m('a') + m('b') }}{{ m('a')|length }}{{ m is callable }}",
    "{% macro m(a) %}{% for i in range(a) %}{{ i }}{% endfor %}{% endmacro %}{% for i in [1, 2] %}{{ m(i) }}{% endfor %}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(1, **{'b': 5}) }}",
    # Filters
    "{{ 'abc'|upper }} {{ 'ABC'|lower }} {{ 'hELLO wORLD'|capitalize }} {{ \"hello wor-ld (it's) a{b\"|title }} {{ 5|upper }}",
    "[{{ '  a b '|trim }}] [{{ 'xxaxx'|trim('x') }}] [{{ '\\u00a0\\u2003a\\x1f'|trim }}] [{{ 'ab'|trim(chars='b') }}]",
    "{{ 'a-b-c'|replace('-', '+') }} {{ 'a-b-c'|replace('-', '+', 1) }} {{ 'aaa'|replace('aa', 'b') }} {{ 'ab'|replace('', '.') }} {{ 121|replace(1, 3) }}",
    "{{ [3,1,2]|sort }} {{ ['b','A','c']|sort }} {{ ['b','A','c']|sort(case_sensitive=true) }} {{ [3,1,2]|sort(reverse=true) }} {{ messages|sort(attribute='role')|map(attribute='role')|list }}",
    "{{ messages|sort(attribute='role,content', reverse=true)|map(attribute='content')|join('|') }}",
    "{{ {'b': 1, 'A': 2}|dictsort }} {{ {'b': 1, 'A': 2}|dictsort(by='value') }} {{ {'b': 1, 'A': 2}|dictsort(true, reverse=true) }}",
    "{{ [1,2,3]|first }} {{ [1,2,3]|last }} {{ []|first }}| {{ []|last }}| {{ 'abc'|first }} {{ 'abc'|last }} {{ {'a': 1}|first }}",
    "{{ [1,2,3]|length }} {{ 'héé'|count }} {{ {'a': 1}|length }} {{ [1,2]|sum }} {{ messages|map(attribute='content')|map('length')|sum }} {{ [[1],[2]]|sum(start=[]) }} {{ [{'a': 1.5}]|sum(attribute='a') }}",
    "{{ [1,2]|join }} {{ [1,'a',none]|join(', ') }} {{ messages|join(',', attribute='role') }} {{ 'abc'|join('-') }} {{ [1,2]|join(0) }}",
    "{{ [1,2,3]|map('string')|list }} {{ ['a']|map('upper')|first }} {{ [1,2]|map('default', 3)|list }} {{ [{'a': 1}, {}]|map(attribute='a', default=0)|list }} {{ ['a,b']|map('replace', ',', ';')|join }}",
    "{{ [0,1,2,none,'']|select|list }} {{ [0,1,2]|reject|list }} {{ [1,2,3]|select('odd')|list }} {{ [1,2,3]|select('gt', 1)|list }} {{ [1,2,3]|reject('equalto', 2)|list }} {{ ['a',1]|select('string')|list }}",
    "{{ messages|selectattr('role', 'equalto', 'user')|list|length }} {{ messages|rejectattr('role', 'eq', 'user')|map(attribute='role')|list }} {{ messages|selectattr('nothing')|list }} {{ messages|selectattr('role', 'in', ['system', 'user'])|map(attribute='role')|join(' ') }} {{ [{'a': {'b': 1}}]|selectattr('a.b')|list }}",
    "{{ messages|selectattr('tool_calls', 'defined')|list }} {{ messages|rejectattr('content', 'undefined')|list|length }} {{ [[1,2],[3]]|map(attribute=0)|list }} {{ [[1,2],[3]]|map(attribute='0')|list }}",
    "{{ [1,2,3]|reverse|list }} {{ 'abc'|reverse }} {{ [1,1,2,'a','A']|unique|list }} {{ [1,1,2,'a','A']|unique(case_sensitive=true)|list }} {{ messages|unique(attribute='role')|map(attribute='role')|list }}",
    "{{ [1,3,2]|min }} {{ [1,3,2]|max }} {{ ['b','A']|min }} {{ messages|max(attribute='role') }} {{ []|min }}|",
    "{{ '42'|int }} {{ '4.7'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 4.9|int }} {{ -4.9|int }} {{ '0x1f'|int(base=16) }} {{ ' 5 '|int }} {{ true|int }} {{ none|int }} {{ '1_000'|int }} {{ 'ff'|int(0, 16) }}",
    "{{ '4.5'|float }} {{ 'x'|float }} {{ 3|float }} {{ 'x'|float(1.5) }} {{ '1e3'|float }} {{ 'inf'|float }} {{ 'nan'|float }} {{ '-inf'|float }} {{ [1]|float }}",
    "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 42|round }} {{ 2.1|round(0, 'ceil') }} {{ 2.19|round(1, 'floor') }} {{ 1234.5|round(-2) }} {{ -2.5|round }} {{ 42.55|round(1) }} {{ 7|round(1, 'ceil') }} {{ 1e300|round(2) }}",
    "{{ -3|abs }} {{ -3.5|abs }} {{ true|abs }} {{ 'abc'|string|length }} {{ 5|string ~ 'a' }} {{ [1]|string }}",
    "{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'a\\n\\nb'|indent(2, blank=true) }}|{{ 'a\\nb\\n'|indent('> ') }}|{{ ''|indent(2, true) }}|",
    "{{ 'hello big world'|truncate(11) }}|{{ 'hello big world'|truncate(9) }}|{{ 'hello big world'|truncate(9, true) }}|{{ 'hello big world'|truncate(9, false, '!', 0) }}|{{ 'hello'|truncate(3, leeway=0) }}",
    "{{ 'a b  c-d'|wordcount }} [{{ 'ab'|center(7) }}] [{{ 'abc'|center(6) }}] {{ 'a <b> & \"c\"'|escape }} {{ '<b>'|safe }} {{ \"'\"|e }}",
    "{{ [1,2,3,4,5]|batch(2)|list }} {{ [1,2,3]|batch(2, 0)|list }} {{ [1,2,3,4,5]|slice(2)|list }} {{ [1,2,3,4,5]|slice(3, 'x')|list }} {{ [1]|slice(3)|list }}",
    "{{ {'a': 1, 'b': 2}|items|list }} {% for k, v in {'a': 1}|items %}{{ k }}{{ v }}{% endfor %} {{ nothing|items|list }} {{ {'a': 1}|list }} {{ 'abc'|list }}",
    "{{ '%s is %d, %.2f %5s|%-5s|%05d %x %r %%'|format('a', 3, 2.5, 'b', 'c', 42, 255, 'q') }} {{ '%(a)s %(b)03d'|format(a=1, b=2) }}",
    "{{ '%s' % 'a' }} {{ '%s-%s' % (1, 2) }} {{ '%+d % d %e %g %G %o %X %#x %c' % (1, 2, 12345.678, 0.00001, 1e20, 8, 255, 255, 'z') }} {{ '%(k)s' % {'k': 5} }} {{ '%.3s|%*d' % ('abcdef', 5, 42) }}",
    "{{ messages|map('attr', 'nothing')|list }} {{ {'a': 1}|attr('a') is defined }} {{ 'abc'|attr('upper') is callable }}",
    # tojson
    "{{ functions|tojson }}",
    "{{ functions|tojson(indent=2) }}",
    "{{ functions[0]|tojson(indent=4, ensure_ascii=true, sort_keys=true) }}",
    "{{ messages|tojson(separators=(',', ':')) }} {{ {'a': [1, 2]}|tojson(indent=1, separators=(', ', '=')) }} {{ {'a': [1, {}], 'b': []}|tojson(indent='--') }} {{ [1]|tojson(indent=0) }}",
    "{{ {'b': 1.0, 'a': none, 1: true, none: 1e20, true: 1.5e-9}|tojson }} {{ (1, 2)|tojson }} {{ '<>&\\u2028\\x01\\x7f\"\\\\/\\b\\f'|tojson }} {{ 'é👋'|tojson(true) }} {{ 1.0|tojson }} {{ none|tojson }}",
    "{{ {'b': {'d': 1, 'c': 2}, 'a': 3}|tojson(sort_keys=true) }} {{ 'inf'|float|tojson }} {{ []|tojson(indent=2) }} {{ [[]]|tojson(indent=2) }}",
    # Methods
    "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c d'.split(' ', 2) }} {{ ' a  b  c '.split(none, 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ ' a  b  c '.rsplit(none, 1) }} {{ 'abc'.split('bc') }} {{ 'aXbXc'.split(sep='X', maxsplit=1) }}",
    "{{ 'x</think>y</think>z'.split('</think>')[-1] }} {{ ''.split(',') }} {{ ''.split() }} {{ 'a\\nb\\r\\nc\\x0bd\\n'.splitlines() }} {{ 'a\\nb'.splitlines(true) }} {{ 'aaaa'.split('aa') }} {{ 'aaa'.rsplit('aa', 1) }}",
    "[{{ ' a '.strip() }}] [{{ 'xyaxy'.strip('yx') }}] [{{ '\\n a\\n'.lstrip('\\n') }}] [{{ 'a\\n\\n'.rstrip() }}] [{{ 'a..'.rstrip('.') }}] [{{ 'xax'.lstrip('x') }}] [{{ ' a'.strip(none) }}]",
    "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith('bc') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.startswith('') }} {{ 'abc'.endswith('b', 0, 2) }} {{ 'ab'.startswith('abc') }}",
    "{{ 'héllo'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.index('o') }} {{ 'hello'.count('l') }} {{ 'aaaa'.count('aa') }} {{ 'hello'.find('l', 3) }} {{ 'hello'.find('l', 0, 2) }} {{ 'ab'.count('') }} {{ 'ab'.rfind('') }} {{ '👋b👋b'.rfind('b') }}",
    "{{ 'a b'.title() }} {{ \"it's a-b\".title() }} {{ 'aBc'.upper() }} {{ 'ABC'.lower() }} {{ 'hELLO'.capitalize() }} {{ 'aBc'.swapcase() }} {{ 'straße'.upper() }}",
    "{{ 'a-b'.replace('-', '+') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ ', '.join(['a', 'b']) }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('bc') }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'abc'.rpartition('x') }}",
    "{{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} [{{ 'a'.ljust(3) }}] [{{ 'a'.rjust(3, '.') }}] [{{ 'ab'.center(5, '*') }}] [{{ 'a'.center(4) }}] {{ '12'.isdigit() }} {{ 'a1'.isalnum() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ 'ab'.islower() }} {{ 'AB1'.isupper() }} {{ ''.isdigit() }} {{ '½²'.isnumeric() }} {{ '²'.isdigit() }} {{ '٣'.isdecimal() }}",
    "{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x} {y:>4}|{y:<4}|{y:^5}|{z:05.1f}|{z:,.2f}|{{}}'.format(x=1, y='q', z=1234.56) }} {{ '{:02d} {:x} {!r} {:+d} {:e} {:%} {:*^7} {:,}'.format(5, 255, 'a', 3, 1.5, 0.25, 'm', 1234567) }} {{ '{m.role} {m[content]}'.format(m=messages[0]) }} {{ '{:.3} {:.3}'.format(3.14159, 'abcdef') }}",
    "{{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b') }} {{ {'a': 1}.get('b', 2) }} {{ {'a': 1, 'b': 2}.keys()|list }} {{ {'a': 1, 'b': 2}.values()|list }} {{ {'a': 1}.items()|list }} {{ {'a': 1}.copy() }}",
    "{{ [1,2,1].count(1) }} {{ [1,2].index(2) }} {{ (1,2).index(2) }} {{ [1].copy() }} {{ dict(a=1, b=2) }} {{ dict({'x': 1}, y=2) }} {{ dict([('a', 1)]) }} {{ dict() }}",
    # Tests
    "{% for x in [1, 1.5, 'a', true, none, [], {}, (), range(2), nothing] %}{{ x is defined }}{{ x is none }}{{ x is boolean }}{{ x is integer }}{{ x is float }}{{ x is number }}{{ x is string }}{{ x is mapping }}{{ x is sequence }}{{ x is iterable }}{{ x is callable }}{{ x is true }}{{ x is false }};\n{% endfor %}",
    "{{ 2 is eq 2 }} {{ 2 is ne(3) }} {{ 2 is gt 1 }} {{ 2 is ge 2 }} {{ 2 is lt 3 }} {{ 2 is le 1 }} {{ 'a' is in 'abc' }} {{ 1 is in [1] }} {{ 'a' is lower }} {{ 'A' is upper }} {{ 'a1' is lower }} {{ none is sameas none }} {{ true is sameas(true) }} {{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }}",
    "{{ 1 is sameas true }} {{ 1 is not sameas 2 }} {{ x is not defined }} {{ 'x' is not string }} {{ (1 is odd) is true }} {{ 3 is odd and 4 is even }} {{ messages is iterable and messages is not string }} {{ messages.x is defined }} {{ range is callable }} {{ ([1]|map('string')) is iterable }} {{ ([1]|map('string')) is sequence }}",
    # What is easily taken wrongly
    "{{ '%*d|%-*d|%.*s' % (-5, 42, 4, 7, 2, 'abc') }} {{ '%5s|%-5s|%05s|% 5d|%+.1e' % ('a', 'b', 'c', 7, 12345) }} {{ '%i %u' % (3.7, 4) }}",
    "{{ 'a.b.c'.rsplit('.', 1)[0] }} {{ 'aXbXc'.replace('X', '', 1) }} {{ 'abab'.replace('ab', 'abab') }} {{ ''.replace('', 'x') }} {{ 'aaaaa'.rsplit('aa', 1) }} {{ 'aabaab'.find('aab', 1) }} {{ 'abcabcabd'.find('abcabd') }}",
    "{{ 'abc'.removeprefix('x') }} {{ 'e\u0301'.startswith('e') }} {{ 'e\u0301' in 'cafe\u0301' }} {{ 'e' in 'cafe\u0301' }} {{ 'cafe\u0301'.split('e')|length }} {{ 'cafe\u0301'.endswith('\u0301') }}",
    "{{ 'x'|int }}{{ x is eq y }}{{ x is none }}{{ x in [y] }}{{ x in [none] }}{{ none|map('upper')|list }}{{ none|select|list }}",
    "{{ x|trim }}|{{ x|replace('a','b') }}|{{ x|first }}|{{ x|last }}|{{ x|sort }}|{{ x|reverse|list }}|{{ x|sum }}|{{ x|min }}|{{ x|map('upper')|list }}|{{ x|escape }}|{{ x|title }}|{{ x|unique|list }}|{{ x|truncate }}",
    "{{ none|trim }} {{ none|upper }} {{ [1]|upper }} {{ none|replace('o','x') }} {{ [1.0, 2]|sum }} {{ [['a', 1]]|map('first')|list }}",
    "{% set x = 'a' %}{% for i in [1, 2, 3] %}{{ x }}{% set x = x ~ 'b' %}{% endfor %}{{ x }}",
    "{%- set a = [] -%}{%- for i in [1, 2] -%}{%- set a = a + [i] -%}{%- endfor -%}{{ a }}",
    "{% set ns = namespace(l=[]) %}{% for i in [1, 2] %}{% set ns.l = ns.l + [i * 2] %}{% endfor %}{{ ns.l }}",
    "{% for messages in [1, 2] %}{{ messages }}{% endfor %}{{ messages|length }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{% for i in [1, 2] %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}{{ f is defined }}",
    "{% if true %}{% macro f() %}x{% endmacro %}{% endif %}{{ f() }}{{ f }}",
    "{% set x = 5 %}{% macro f(x, y) %}{{ x }}{{ y is defined }}{% endmacro %}{{ f() }}|{{ f(1) }}",
    "{% for i in [1, 2] -%} {{ i }} {%- endfor %}|{%- for i in [1, 2] +%}\n  {{ i }}\n{%- endfor +%}\n\nx",
    "{{ 'a' if messages else 'b' ~ 'c' }} {{ ('a' if messages) ~ 'c' }} {{ messages[0].role if messages is defined and messages[0] is not none else 'x' }}",
    "{{ not messages is defined }} {{ not (messages) }} {{ messages | length > 2 }} {{ messages|length - 1 }} {{ messages|length == 4 and 'y' }}",
    "{{ 'x' in messages or 'y' }} {{ 1 not in [1] }} {{ not 1 in [1] }} {{ {'a':1,} }} {{ [1,] }} {{ (1,)[0] }}",
    "{{ namespace(a=1).a }} {{ {'a': {'b': 1}}['a']['b'] }} {{ ''.join([1, 2]|map('string')) }} {{ 'a'.join('xyz') }}",
    "{{ '\\é' }} {{ '\\👋' }} {{ \"\\'\" }} {{ '\\0' }}|{{ '\\8' }} {{ '\\u0041' }}",
    "{% filter indent(2) %}a\nb{% endfilter %}{% set x %}{% endset %}{{ x == '' }}{{ x is string }}",
    "{{ -7 // 2.0 }} {{ 7 // -2.0 }} {{ 1e308 * 10 }} {{ 2**0.5 }} {{ 1.e5 }}| {{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }}",
    "{{ (5, 'a', none) == (5, 'a', none) }} {{ [1, [2, {'a': 3}]] == [1, [2, {'a': 3}]] }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ [1] < [1, 2] }} {{ 'B' < 'a' < 'é' }}",
    "{{ {1: 'a', 1.0: 'b', true: 'c'} }} {{ {'a': 1, 'a': 2} }} {{ [1, 1.0, true, '1']|unique|list }} {{ 1.0 in [1] }} {{ 2 in {2.0: 'x'} }}",
    "{{ 'İ'.lower()|length }} {{ 'ǆ'|capitalize }} {{ 'ﬁ'|upper }} {{ 'Σ'.lower() }} {{ 'é'|upper }} {{ 'ŉ'|title }}",
    "{% set m = messages | selectattr('role', 'eq', 'user') | list %}{{ m[-1]['content'] == messages[-1]['content'] }} {{ m[0] in messages }} {{ messages.index(m[0]) }}",
    "{% for m in messages[::-1] %}{% set i = messages|length - 1 - loop.index0 %}{{ i }}{{ m.role[:1] }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{% set x = messages|map(attribute='role') %}{{ x|first }} {{ x|list }} {{ x|list }}",
    "{{- '  ' ~ messages[1]['content'] | trim | replace('\n', ' ') -}}  \n  {{ messages | map(attribute='content') | map('trim') | join('\n---\n') }}",
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 1) %}bad{% endif %}{{ '<' + message['role'] + '>' }}{% endfor %}",
    "{%- macro type(p) -%}{%- if p.type is string -%}{{ p.type }}{%- elif p.type is iterable -%}{{ p.type|join(' | ') }}{%- else -%}any{%- endif -%}{%- for k, v in (p.properties or {}).items() %} {{ k }}: {{ type(v) }}{{ ',' if not loop.last }}{%- endfor -%}{%- endmacro -%}{{ type({'type': 'object', 'properties': {'a': {'type': ['x', 'y']}, 'b': {}}}) }}",

    # Functions
    "{{ strftime_now('%Y-%m-%d %B %b %A %a %j %y %-d %e %-m %H:%M %I %p %d/%m %% %F %D %u %w') }}",
    "{{ raise_exception('no ' ~ messages[0].role) }}",
    "{% if messages|length > 2 %}\n\n{{ raise_exception('line three') }}{% endif %}",
    "{{ range(100000)|length }}",
    "{{ 2 is == 2 }}",
    # Errors while parsing
    "a\nb {% if x %}",
    "{% for x in %}{% endfor %}",
    "\n{{ 1 + }}",
    "{{ 'a }}",
    "{% endif %}",
    "x\n{% unknown_tag %}",
    "{{ a b }}",
    "{{ (1 }}",
    "{{ 1) }}",
    "{{ [1} }}",
    "\n\n{{ x|no_such_filter }}",
    "{{ x is no_such_test }}",
    "{% if false %}{{ x|no_such_filter }}{% endif %}ok",
    "{{ x|no_such_filter if false else 'ok' }}",
    "{% if false %}{% for x in [1] %}{{ x|no_such_filter }}{% endfor %}{% endif %}",
    "{{ }}",
    "{# never closed",
    "{% raw %} never closed",
    "{% set 1 = 2 %}",
    "{% set true = 2 %}",
    "{% for loop in [1] %}{% endfor %}",
    "{{ f(a=1, 2) }}",
    "{{ 1 is odd is even }}",
    "{{ a.b. }}",
    "{{ a[] }}{{ 1 ? 2 }}",
    "{% macro m(a=1, b) %}{% endmacro %}",
    "{% call 1 + 1 %}{% endcall %}",
    "{% if x %}\n{% for y in z %}\n{% endif %}",
    "{{ 'bad \\x1' }}",
    "{{ $ }}",
    "{% block a %}{{ 1 | }}{% endblock %}",
    "{{ 0777 }}",
    "{{ 1__0 }}",
    "{{ .5 }}",
    "{% do 1 %}",
    "{{ 'a' is divisibleby(2) }}{{ 'a' is divisibleby }}",
    "{% break %}",
    "{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% if %}{% endif %}",
    "{% set x %}",
    "{% for x in [1] %}\n\n{{ x",
    "{{ 'a'\n\n | \n\n }}",
    "{% macro 1() %}{% endmacro %}",
    "{% if true }}x{% endif %}",
    "{{ true %}",
    # Errors while running
    "{{ x[1:] }}",
    "{{ messages[::0] }}",
    "{{ x|float }}",
    "{{ x|abs }}",
    "{{ x|indent }}",
    "{{ none|indent }}",
    "{{ none|list }}",
    "{{ 5|sort }}",
    "{{ messages.index(5) }}",
    "{% call(x) foo() %}{% endcall %}",
    "{{ super() }}",
    "{{ messages|map('no_such_filter')|list }}",
    "{{ messages|select('no_such_test')|list }}",
    "{{ messages|map }}{{ messages|map()|list }}",
    "{{ messages|join(', ')|int|foo if false else messages[0]|int }}{{ messages[0].role.role.role }}",
    "{{ x.y }}",
    "\n{{ x['y'] }}",
    "{{ x() }}",
    "{{ messages[0].tool_calls.x }}",
    "{{ messages[9].role }}",
    "{{ x + 1 }}",
    "{{ 1 + x }}",
    "{{ 'a' + x }}",
    "{{ x < 1 }}",
    "{{ -x }}",
    "{{ messages[0].nothing[0] }}",
    "{{ [][0].a }}",
    "{{ none.a.b }}",
    "{{ 'a' + 1 }}",
    "{{ 1 + 'a' }}",
    "{{ 'a' + none }}",
    "{{ [1] + (2,) }}",
    "{{ 1 / 0 }}",
    "{{ 1 % 0 }}",
    "{{ 1 < 'a' }}",
    "{{ 'a' in none }}",
    "{{ 1 in 'a' }}",
    "{{ none|length }}",
    "{{ 5|length }}",
    "{% for x in 5 %}{% endfor %}",
    "{% for x in none %}{% endfor %}",
    "{% for a, b in [1] %}{% endfor %}",
    "{% for a, b in [[1, 2, 3]] %}{% endfor %}",
    "{% set a, b = [1] %}",
    "{% set x = 1 %}{% set x.a = 2 %}",
    "{{ [1].append(2) }}",
    "{{ {'a': 1}.update({'b': 2}) }}",
    "{{ 'a'.__class__.__mro__ }}",
    "{{ 'abc'.nope() }}",
    "{{ 5() }}",
    "{{ {[]: 1} }}",
    "{{ {}[[]] }}|{{ messages['a':] }}",
    "{{ x|tojson }}",
    "{{ range(3)|tojson }}",
    "{{ {(1,): 2}|tojson }}",
    "{{ range(100001) }}",
    "{{ range(0, 10, 0) }}",
    "{% macro m(a) %}{{ a.b }}{% endmacro %}\n\n{{ m() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}",
    "{% macro m() %}x{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
    "{% for x in [1] %}{{ loop([2]) }}{% endfor %}",
    "{{ 'a,b'|map('upper')|length }}",
    "{{ ([1]|map('string'))[0].x }}",
    "{{ 'a'.split('') }}",
    "{{ 'abc'.index('z') }}",
    "{{ 5|trim|upper + 1 }}",
    "{{ [1, 'a']|sort }}",
    "{{ ['a', 1]|join|nope if false else [1,'a']|max }}",
    "{{ 'abc'|replace('a') }}",
    "{{ 'abc'.upper(1) }}",
    "{{ {'a': 1}|items|first|upper }}{{ 5|items|list }}",
    "{{ '%d' % 'a' }}",
    "{{ '%s' % (1, 2) }}",
    "{{ '{}'.format() }}",
    "{% set ns = namespace(_x=1) %}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
    "line one\n{% for m in messages %}\n{% if m.role == 'user' %}\n{{ m.missing.deeper }}\n{% endif %}\n{% endfor %}",
    "{% set a = 1 %}\n{% set b = 2 +\n  nothing %}",
    "{% if true %}\n{% elif x.y %}\n{% endif %}ok{% if false %}\n{% elif x.y %}\n{% endif %}",
]

VARIABLES = {
    "messages": MESSAGES,
    "add_generation_prompt": False,
    "functions": TOOLS,
    "tree": [{"n": 1, "c": [{"n": 2, "c": [{"n": 3}]}, {"n": 4}]}, {"n": 5}],
}


def line_of(error):
    """The template's line: a syntax error knows it, for others the traceback does."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def kind_of(error):
    if isinstance(error, jinja2.TemplateSyntaxError):
        return "syntax"
    if type(error) is jinja2.UndefinedError:
        return "undefined"
    if type(error) is jinja2.TemplateError:
        return "refusal"
    return type(error).__name__


def outcome(source, variables):
    try:
        template = _compile_jinja_template(source)
        template.environment.globals["strftime_now"] = DAY.strftime
        # transformers hands over these two as none where there are none.
        return {"text": template.render(**{"tools": None, "documents": None, **variables})}
    except Exception as error:  # also what compiling raises, as SyntaxError for a stray break
        return {
            "error": {"kind": kind_of(error), "message": str(error), "line": line_of(error)}
        }


if __name__ == "__main__":
    rows = [VARIABLES]
    rows += [{"template": source, **outcome(source, VARIABLES)} for source in SNIPPETS]
    for row in rows:
        json.dump(row, sys.stdout, ensure_ascii=False)
        print()
