/// Integers of more than 64 bits, as Python's JSON reads them; expected texts are those of Jinja 3.1 by
/// transformers 5.23.
import TareCore
import TareTemplates
import Testing

@Suite struct BigIntegerTests {
  private static func render(_ source: String) throws -> String {
    let variables = try JSONValue(
      parsing: #"{"x":123456789012345678901234567890,"y":-1000000000000000000000000000000,"n":3,"#
        + #""f":1e30,"e":1000000000000000000000000000000}"#)
    return try ChatTemplate(source: source).render(
      messages: [Message](), addGenerationPrompt: false,
      variables: Dictionary(
        uniqueKeysWithValues: (variables.object?.members ?? []).map { ($0.key, $0.value) }),
      date: CalendarDate(year: 2026, month: 11, day: 23))
  }

  @Test(arguments: [
    (
      "{{ x }}|{{ [x, y] }}|{{ x|tojson }}|{{ {'a': y}|tojson }}",
      "123456789012345678901234567890|[123456789012345678901234567890, "
        + "-1000000000000000000000000000000]|123456789012345678901234567890|"
        + #"{"a": -1000000000000000000000000000000}"#
    ),
    (
      "{{ x is number }}{{ x is integer }}{{ x is float }}{{ x is string }}{{ x is boolean }}",
      "TrueTrueFalseFalseFalse"
    ),
    (
      "{{ x > n }}{{ y < n }}{{ x == x }}{{ x == y }}{{ f > x }}{{ f == e }}{{ e < f }}{{ e > y }}",
      "TrueTrueTrueFalseTrueFalseTrueTrue"
    ),
    (
      "{{ x|int }}|{{ x|float }}|{{ y|abs }}|{{ x ~ '!' }}|{{ '%s' % x }}|{{ '{}'.format(x) }}",
      "123456789012345678901234567890|1.2345678901234568e+29|1000000000000000000000000000000|"
        + "123456789012345678901234567890!|123456789012345678901234567890|"
        + "123456789012345678901234567890"
    ),
    (
      "{{ [x, n, f, y]|sort }}|{{ [n, x]|max }}|{{ [x, y, x]|unique|list }}|{{ x in [n, x] }}",
      "[-1000000000000000000000000000000, 3, 123456789012345678901234567890, 1e+30]|"
        + "123456789012345678901234567890|[123456789012345678901234567890, "
        + "-1000000000000000000000000000000]|True"
    ),
    ("{{ 'yes' if x else 'no' }}|{{ f }}|{{ [f]|tojson }}", "yes|1e+30|[1e+30]"),
  ])
  func `they are printed and compared as in Python`(_ source: String, _ expected: String) throws {
    #expect(try Self.render(source) == expected)
  }

  @Test(arguments: [
    "{{ x + 1 }}", "{{ 2 * x }}", "{{ x is odd }}", "{{ x|round }}", "{{ '%d' % x }}",
  ])
  func `nothing is computed with them`(_ source: String) {
    #expect(throws: TareError.self) { try Self.render(source) }
  }

  @Test func `JSON keeps their digits`() throws {
    let text = #"{"a":[123456789012345678901234567890,-9223372036854775809,9223372036854775807]}"#
    let value = try JSONValue(parsing: text)
    #expect(value.text() == text)
    #expect(value["a"]?.array?[0] == .bigInt("123456789012345678901234567890"))
    #expect(value["a"]?.array?[0].double == Double("123456789012345678901234567890"))
    #expect(value["a"]?.array?[2] == .int(.max))
    #expect(throws: TareError.self) {
      try JSONValue(parsing: String(repeating: "9", count: 400))
    }
  }
}
