/// Bold and colour, only where the output is a terminal.

package enum TerminalStyle: Sendable {
  /// Text alone: files, pipes, and users who set NO_COLOR.
  case plain
  /// ANSI escape sequences.
  case terminal

  func bold(_ text: String) -> String { wrapped(text, "1") }
  func dim(_ text: String) -> String { wrapped(text, "2") }
  /// Blue, of the data itself.
  func data(_ text: String) -> String { wrapped(text, "34") }
  /// Bold yellow, of what is fitted to the data.
  func fit(_ text: String) -> String { wrapped(text, "1;33") }

  private func wrapped(_ text: String, _ code: String) -> String {
    self == .plain || text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
