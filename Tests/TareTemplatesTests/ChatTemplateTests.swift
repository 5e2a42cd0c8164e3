/// The interface: variables, dates, errors with their lines, refusals, and use from many threads.
import TareCore
import TareTemplates
import TareTesting
import Testing

@Suite struct ChatTemplateTests {
  private static func day() throws -> CalendarDate {
    try CalendarDate(year: 2026, month: 11, day: 23)
  }

  private static func render(
    _ source: String, _ messages: [Message] = [], prompt: Bool = false,
    variables: [String: JSONValue] = [:]
  ) throws -> String {
    try ChatTemplate(source: source).render(
      messages: messages, addGenerationPrompt: prompt, variables: variables, date: day())
  }

  @Test func `the template sees messages, the prompt switch, and the caller's variables`() throws {
    let text = try Self.render(
      "{{ bos_token }}{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}"
        + "{{ add_generation_prompt }}{{ enable_thinking }}{{ eos_token }}",
      [.system("s"), .user("u"), .assistant("a")], prompt: true,
      variables: [
        "bos_token": .string("<s>"), "eos_token": .string("</s>"), "enable_thinking": .bool(false),
      ])
    #expect(text == "<s>[system:s][user:u][assistant:a]TrueFalse</s>")
  }

  @Test func `tools and documents are none unless they are given`() throws {
    let source = "{{ tools is none }}{{ documents is none }}{{ other is defined }}"
    #expect(try Self.render(source) == "TrueTrueFalse")
    #expect(try Self.render(source, variables: ["tools": .array([])]) == "FalseTrueFalse")
  }

  @Test func `messages may have any members`() throws {
    let template = try ChatTemplate(
      source:
        "{% for m in messages %}{{ m.tool_calls[0].function.name }}{{ m.content }}{% endfor %}")
    let message = try JSONValue(
      parsing:
        #"{"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f"}}]}"#)
    let text = try template.render(
      messages: [message], addGenerationPrompt: false, date: Self.day())
    #expect(text == "fNone")
  }

  @Test func `text keeps its scalars: nothing is normalised or counted by graphemes`() throws {
    let content = "e\u{301} \u{E9} \u{1F468}\u{200D}\u{1F469} \r\n"
    let text = try Self.render(
      "{% for m in messages %}{{ m.content }}|{{ m.content|length }}{% endfor %}", [.user(content)])
    #expect(
      Array(text.unicodeScalars)
        == Array("\(content)|\(content.unicodeScalars.count)".unicodeScalars))
  }

  @Test func `a refusal holds the template's message and is told from a fault`() throws {
    let refusal = #expect(throws: TareError.self) {
      try Self.render("\n{{ raise_exception('Roles must alternate') }}")
    }
    #expect(refusal?.isTemplateRefusal == true)
    #expect(refusal?.exitCode == 65)
    #expect(
      refusal?.description.shows("chat template, line 2: expected …, found Roles must alternate")
        == true)
    #expect(refusal?.inside("config.json").isTemplateRefusal == true)

    let fault = #expect(throws: TareError.self) { try Self.render("{{ 1 + 'a' }}") }
    #expect(fault?.isTemplateRefusal == false)
  }

  @Test func `an error names the line where it arose, also after a macro has run`() throws {
    let source = """
      {% macro m() %}

      x
      {% endmacro %}
      {{ m() }}
      {% for i in [1] %}
        {{ m() }}{{ missing.part }}
      {% endfor %}
      """
    let error = #expect(throws: TareError.self) { try Self.render(source) }
    #expect(
      error
        == .badData(
          place: "chat template, line 7", found: "'missing' is undefined",
          accepted: "a defined value"))
  }

  @Test func `a syntax error says what stands there and what could`() {
    let error = #expect(throws: TareError.self) {
      try ChatTemplate(source: "\n\n{% if x %}{% endfor %}")
    }
    #expect(
      error?.description.shows("chat template, line 3: expected …, found an unknown tag 'endfor'")
        == true)
    #expect(error?.description.contains("'{% elif %}' or '{% else %}' or '{% endif %}'") == true)
  }

  @Test func `JSON nested too deep is an error, not a crash`() throws {
    var value = JSONValue.null
    for _ in 0..<2_000 { value = .array([value]) }
    let error = #expect(throws: TareError.self) {
      try Self.render("{{ x }}", variables: ["x": value])
    }
    #expect(error?.exitCode == 65)
  }

  @Test func `one template renders from many tasks at once, each as alone`() async throws {
    let template = try ChatTemplate(
      source: "{% macro m(x) %}<{{ x }}>{% endmacro %}{% set ns = namespace(t='') %}"
        + "{% for m in messages %}{% set ns.t = ns.t + m.content %}{% endfor %}{{ m(ns.t) }}")
    let day = try Self.day()
    let texts = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for index in 0..<64 {
        group.addTask {
          let messages = [Message.user("\(index)"), .assistant("!")]
          return (
            index,
            try template.render(messages: messages, addGenerationPrompt: false, date: day)
          )
        }
      }
      return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
    }
    for index in 0..<64 { #expect(texts[index] == "<\(index)!>") }
  }

  @Test(arguments: [
    "'abc'[n:]", "'abc'[:n]", "'abc'[::n]", "[1][n]", "[1, 2][n::n]", "range(9)[::n]", "range(n)",
    "range(0, n)", "range(0, 9, n)", "range(0, 9, n // 4)[::n]", "'a'.zfill(n)", "'a'.center(n)",
    "'a'.ljust(n)", "'a'.split('a', n)", "'a'.rsplit(none, n)", "'abc'.find('c', n, n)", "'a' * n",
    "[1] * n", "n * n", "n + n", "n - n", "-n", "n // -1", "n % -1", "n ** n", "2 ** n", "n|abs",
    "'%*d' % (n, 1)", "'%.*f' % (n, 1)", "'%.*s' % (n, 'abc')", "'%d %x' % (n, n)",
    "'{:{}}'.format(1)",
    "'{:,}'.format(n)", "'%c' % n", "[1]|batch(n)|list", "[1]|slice(n)|list", "'a'|indent(n)",
    "'abc'|truncate(n)", "'abc'|truncate(2, true, '', n)", "'a'|replace('a', 'b', n)",
    "2.5|round(n)",
    "n|round(n)", "2.5|round(n, 'ceil')", "[1]|tojson(indent=n)", "n|float|int", "'1'|int(0, n)",
    "(n|string ~ '0')|int", "'a'|center(n)", "{n: 1}[n]", "n == n|float", "n|string|int == n",
  ])
  func `numbers at the edge of 64 bits do not crash`(_ expression: String) throws {
    let template = try ChatTemplate(source: "{{ \(expression) }}")
    for n in [Int.min, Int.min + 1, -1 << 48, -1, 0, 1 << 48, .max - 1, .max] {
      let outcome = Outcome { () throws(TareError) in
        try template.render(
          messages: [JSONValue](), addGenerationPrompt: false, variables: ["n": .int(n)],
          date: CalendarDate(year: 2026, month: 1, day: 1))
      }
      if case .refusal = outcome { Issue.record("a refusal") }
    }
  }

  @Test func `templates cut short anywhere fail or render, and never crash`() throws {
    let source = """
      {%- set ns = namespace(a=1, b='x') -%}{# c #}{% raw %}{{ r }}{% endraw %}
      {% for k, v in {'a': [1, 2.5e3], "b": (none, true)}.items() if v is not none %}
      {{ loop.index ~ k|upper ~ v[::-1]|join(', ') ~ '%s' % 'x' }}{% else %}{% break %}
      {%- endfor %}{% macro m(x, y=1) %}{{ caller(x) }}{% endmacro %}{% call(z) m(1) %}{{ z }}
      {% endcall %}{{ messages[0]['content'].split('a', 1)[-1] if messages else 1 < 2 in [true] }}
      {% filter trim %}{% set q %} \\n\\x41 {% endset %}{{ q }}{% endfilter %}
      """
    let scalars = Array(source.unicodeScalars)
    for end in scalars.indices {
      for part in [scalars[..<end], scalars[end...], scalars[..<end] + scalars[(end + 1)...]] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: part)
        _ = Outcome { () throws(TareError) in
          try ChatTemplate(source: String(view)).render(
            messages: [Message.user("banana")], addGenerationPrompt: false,
            date: CalendarDate(year: 2026, month: 1, day: 1))
        }
      }
    }
  }
}
