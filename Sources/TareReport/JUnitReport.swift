/// Conditions as a JUnit report, which CI systems show.
package import TareEvaluation

/// Elements and attributes are those that the schema of Jenkins (junit-10.xsd) has: a suite per model, a
/// test case per condition. A condition that holds is a failure, a model that cannot be read an error.
package struct JUnitReport: Sendable {
  package struct Suite: Sendable {
    package let name: String
    package let checks: [ConditionCheck]
    /// Why there are none; nil where the model was evaluated.
    package let error: String?

    package init(name: String, checks: [ConditionCheck] = [], error: String? = nil) {
      self.name = name
      self.checks = checks
      self.error = error
    }

    fileprivate var failures: Int { checks.count(where: \.holds) }
    fileprivate var errors: Int { error == nil ? 0 : 1 }
    fileprivate var tests: Int { checks.count + errors }
  }

  package let suites: [Suite]

  package init(_ suites: [Suite]) { self.suites = suites }

  package var xml: String {
    func total(_ count: (Suite) -> Int) -> String { String(suites.map(count).reduce(0, +)) }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      "<testsuites"
        + attributes([
          ("name", "tare evaluate"), ("tests", total(\.tests)), ("failures", total(\.failures)),
          ("errors", total(\.errors)),
        ]) + ">",
    ]
    for suite in suites { lines += suite.lines }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension JUnitReport.Suite {
  fileprivate var lines: [String] {
    var lines = [
      "  <testsuite"
        + attributes([
          ("name", name), ("tests", String(tests)), ("failures", String(failures)),
          ("errors", String(errors)), ("skipped", "0"),
        ]) + ">"
    ]
    for check in checks {
      let test = attributes([("name", "not: " + check.condition.text), ("classname", name)])
      if check.holds {
        lines.append("    <testcase\(test)>")
        let failure = attributes([("message", check.text), ("type", "condition")])
        lines.append("      <failure\(failure)>\(escaped(check.condition.text))</failure>")
      } else {
        lines.append("    <testcase\(test)>")
        lines.append("      <system-out>\(escaped(check.text))</system-out>")
      }
      lines.append("    </testcase>")
    }
    if let error {
      let test = attributes([("name", "can be evaluated"), ("classname", name)])
      lines.append("    <testcase\(test)>")
      lines.append("      <error\(attributes([("message", error), ("type", "input")]))/>")
      lines.append("    </testcase>")
    }
    lines.append("  </testsuite>")
    return lines
  }
}

private func attributes(_ values: [(name: String, value: String)]) -> String {
  values.map { " \($0.name)=\"\(escaped($0.value))\"" }.joined()
}

/// Text as XML 1.0 may hold it: characters that it has no way to write are replaced.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    // An attribute's line breaks would be read as blanks.
    case "\n": result += "&#10;"
    case "\r": result += "&#13;"
    case "\t": result += "&#9;"
    case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
