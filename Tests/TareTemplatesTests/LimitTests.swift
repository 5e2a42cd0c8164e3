/// Templates that mean harm: each must end with an error soon, on a small stack too.
import Foundation
import TareCore
import TareTemplates
import Testing

@Suite struct LimitTests {
  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  /// What would take too long, or too much room.
  private static let greedy = [
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{% for i in range(1000000000) %}{% endfor %}",
    "{{ 'a' * 1000000000000 }}",
    "{{ [0] * 1000000000000 }}",
    "{{ range(5)[::16777216][::16777216][::16777216] }}",
    "{{ (0,) * 9223372036854775807 }}",
    "{% set ns = namespace(t='aaaaaaaa') %}"
      + "{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
    "{% set ns = namespace(t=[1]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}",
    "{% set ns = namespace(t=(1,)) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}"
      + "{{ {ns.t: 1} }}",
    "{% set x = 'a' * 60000000 %}{{ x.replace('a', x) }}",
    "{% set x = 'a' * 60000000 %}{{ x }}{{ x }}",
    "{% set x = 'a' * 1000000 %}{{ x|replace('', x) }}",
    "{% set x = 'a' * 1000000 %}{{ x.join(x) }}",
    "{{ 'a'.center(1000000000000) }}",
    "{{ 'a'.zfill(9223372036854775807) }}",
    "{{ '%1000000000000d' % 1 }}",
    "{{ '%*d' % (9223372036854775807, 1) }}",
    "{{ '{:>1000000000000}'.format(1) }}",
    "{{ [[1]]|tojson(indent=1000000000000) }}",
    "{{ 'a'|indent(1000000000000) }}",
    "{{ [1]|batch(1000000000000, 0)|list }}",
    "{{ [1]|slice(1000000000000)|list }}",
    "{{ 10 ** 100 }}",
    "{{ -9223372036854775807 - 2 }}",
    "{% set x = 'ab' * 1000000 %}{% for i in range(100000) %}{{ x.count('b') }}{% endfor %}",
    "{% set x = range(100000)|list %}{% for i in x %}{% if -1 in x %}{% endif %}{% endfor %}",
    "{% set x = range(100000)|list %}{% for i in x %}{% if x|sort %}{% endif %}{% endfor %}",
    "{% for i in range(100000) %}{% for c in 'a' * 100000 %}{% endfor %}{% endfor %}",
  ]

  /// What costs more than its bytes say: each took from 5 to 80 seconds before it was charged for.
  private static let costly = [
    "x|title", "x|capitalize", "x|wordcount", "x|upper", "x|lower", "x.title()", "x.swapcase()",
    "x.casefold()", "x.split()", "x.isupper()", "x.istitle()", "x.isalpha()", "x|list", "x[::-1]",
    "x|reverse", "x|escape", "x|urlencode", "x|indent(10)", "x.center(3000000)", "x|int",
    "x|unique|list", "'%1000000d' % 1", "y|groupby(0)", "y|sort",
    "y|tojson(indent=2)", "y|string",
  ]

  /// What would go too deep.
  private static let deep = [
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(x) %}{% if true %}{% for i in [1] %}{{ [m(x)] }}{% endfor %}{% endif %}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{{ caller }}{% endmacro %}{{ m() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro m(x) %}{{ [x]|map('default')|list ~ m([x]) }}{% endmacro %}{{ m(1) }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% set ns = namespace(x={}) %}{% for i in range(9999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(9999) %}{% set ns.x = [ns.x]|reverse %}"
      + "{% endfor %}",
    "{% set ns = namespace(x=1) %}{% for i in range(9999) %}{% for y in [ns.x] %}{% set ns.x = loop %}"
      + "{% endfor %}{% endfor %}",
    repeated("{{ (", 1) + repeated("(", 10_000) + "1" + repeated(")", 10_000) + ") }}",
    "{{ " + repeated("[", 10_000) + " }}",
    "{{ " + repeated("-", 10_000) + "1 }}",
    "{{ " + repeated("not ", 10_000) + "1 }}",
    "{{ " + repeated("{'a':", 10_000) + " }}",
    "{{ " + repeated("1 if 1 else ", 10_000) + "1 }}",
    "{{ 1" + repeated(" if 1", 10_000) + " }}",
    "{{ " + repeated("x(", 10_000) + " }}",
    "{{ " + repeated("x[", 10_000) + " }}",
    "{{ " + repeated("1 is in(", 10_000) + " }}",
    repeated("{% if 1 %}", 10_000),
    repeated("{% for x in y %}", 10_000),
    repeated("{% macro m() %}", 10_000),
    "{% set " + repeated("(", 10_000) + " %}",
    repeated("{% if 1 %}", 99) + "{{ " + repeated("(", 99) + "1" + repeated(")", 99) + " }}"
      + repeated("{% endif %}", 99),
  ]

  /// What is long but harmless, and must not be refused.
  private static let long = [
    "{{ " + repeated("1 + ", 50_000) + "1 }}",
    "{{ " + repeated("'a' ~ ", 50_000) + "'' }}",
    "{{ 'a'" + repeated("|upper", 50_000) + " }}",
    "{{ " + repeated("0 or ", 50_000) + "1 }}",
    "{{ 0 " + repeated("< 1 ", 1) + repeated("<= 1 ", 50_000) + " }}",
    repeated("{{ 1 }}", 50_000),
    "{% if 0 %}" + repeated("{% elif 0 %}", 50_000) + "{% endif %}",
    "{{ [" + repeated("1, ", 50_000) + "] }}",
    repeated("{% set x = 1 %}", 50_000),
    "{% for i in range(100000) %}{{ i }}{% endfor %}",
    "{% set ns = namespace() %}{% for i in range(100000) %}{% set ns.x = namespace(y=ns.x) %}{% endfor %}",
    "{% set ns = namespace() %}{% for i in range(100000) %}{% set f = ns.f %}"
      + "{% macro g() %}{% endmacro %}{% set ns.f = g %}{% endfor %}",
    "{% set ns = namespace() %}{% macro m() %}{% set ns.f = caller %}{% endmacro %}"
      + "{% for i in range(100000) %}{% set f = ns.f %}{% with %}{% call m() %}{% endcall %}{% endwith %}"
      + "{% endfor %}",
    "{% set ns = namespace() %}{% set ns.self = ns %}",
    "{% set ns = namespace(l=none) %}{% for i in range(100000) %}{% for j in [1] %}"
      + "{% if loop.changed(ns.l) %}{% endif %}{% set ns.l = loop %}{% endfor %}{% endfor %}",
    "{% set c = cycler('a', 'b') %}{% set c.pos = -4 %}{{ c.next() }}"
      + "{% set c.pos = 9223372036854775807 %}{{ c.next() }}",
    "{{ ([('nan'|float)] * 400000)|unique|list|length }}",
    "{{ (range(100000)|map('string')|map(attribute='upper'))|unique|list|length }}",
    "{{ strftime_now('%' * 400000) }}",
    "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(50) }}",
  ]

  private static func outcome(_ source: String) -> Outcome {
    Outcome { () throws(TareError) in
      try ChatTemplate(source: source).render(
        messages: [JSONValue](), addGenerationPrompt: false,
        date: CalendarDate(year: 2026, month: 1, day: 1))
    }
  }

  /// Runs on a thread whose stack is a half of a megabyte, as small as threads have by default on
  /// any system.
  private static func onSmallStack(_ source: String) async -> Outcome {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: outcome(source)) }
      thread.stackSize = 512 << 10
      thread.start()
    }
  }

  @Test(arguments: greedy)
  func `a greedy template ends with an error`(_ source: String) async {
    guard case .failure = await Self.onSmallStack(source) else {
      Issue.record("it rendered")
      return
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: costly)
  func `steps are charged by what they cost`(_ expression: String) async {
    let source =
      "{% set x = 'Ab \u{E9} ' * 250000 %}{% set y = [['a', 1]] * 50000 %}"
      + "{% for i in range(100000) %}{% if \(expression) %}{% endif %}{% endfor %}"
    guard case .failure(let error) = await Self.onSmallStack(source) else {
      Issue.record("it rendered")
      return
    }
    // Steps, or elements of the value that would be made.
    #expect(error.description.contains("too many"), "\(error)")
  }

  /// A conversation of a million tokens, through what real templates do with their messages.
  @Test func `what real templates do is affordable for four megabytes of text`() throws {
    let source = """
      {%- for message in messages -%}
      {%- set content = message['content'] | trim -%}
      {%- if '</think>' in content -%}
      {%- set content = content.split('</think>')[-1].lstrip('\\n') -%}
      {%- endif -%}
      {%- if content.startswith('<tool>') or content.endswith('</tool>') -%}
      {{- content | tojson -}}
      {%- else -%}
      {{- '<|im_start|>' + message['role'] + '\\n' + content.replace('<x>', '').strip() + '<|im_end|>' -}}
      {%- endif -%}
      {%- endfor -%}
      """
    let text = JSONValue.string(String(repeating: "four letters ", count: 160_000))
    let messages: [JSONValue] = [
      ["role": "user", "content": text], ["role": "assistant", "content": text],
    ]
    let rendered = try ChatTemplate(source: source).render(
      messages: messages, addGenerationPrompt: false,
      date: CalendarDate(year: 2026, month: 1, day: 1))
    #expect(rendered.utf8.count > 4_000_000)
  }

  @Test(arguments: deep.indices)
  func `a deep template ends with an error and does not overflow the stack`(_ index: Int) async {
    guard case .failure(let error) = await Self.onSmallStack(Self.deep[index]) else {
      Issue.record("it rendered: \(Self.deep[index].prefix(200))")
      return
    }
    #expect(error.exitCode == 65)
  }

  @Test(.timeLimit(.minutes(1)), arguments: long.indices)
  func `a long but flat template renders`(_ index: Int) async {
    guard case .text = await Self.onSmallStack(Self.long[index]) else {
      Issue.record("it failed: \(Self.long[index].prefix(200))")
      return
    }
  }
}
