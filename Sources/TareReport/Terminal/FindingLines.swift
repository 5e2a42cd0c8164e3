/// Findings for the terminal: each topic, and beside it what is said of it.

struct FindingLines {
  let findings: [Finding]

  private static let gap = 2

  /// - Returns: lines that each end with a newline.
  func text(width: Int, style: TerminalStyle) -> String {
    let indent = (findings.map(\.topic.displayWidth).max() ?? 0) + Self.gap
    let margin = String(repeating: " ", count: indent)
    return findings.map { finding in
      let words = finding.text.printable.wrapped(toWidth: max(20, width - indent))
      return style.bold(finding.topic.padded(toWidth: indent, .left))
        + words.replacing("\n", with: "\n" + margin) + "\n"
    }.joined()
  }
}
