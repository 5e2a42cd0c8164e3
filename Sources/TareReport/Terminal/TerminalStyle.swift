/// Bold and colour, only where the output is a terminal.

package enum TerminalStyle: Sendable {
  /// Text alone: files, pipes, and users who set NO_COLOR.
  case plain
  /// ANSI escape sequences.
  case terminal

  func bold(_ text: String) -> String { wrapped(text, .bold) }
  func dim(_ text: String) -> String { wrapped(text, .dim) }
  /// Blue, of the data itself.
  func data(_ text: String) -> String { wrapped(text, .blue) }
  /// Bold yellow, of what is fitted to the data.
  func fit(_ text: String) -> String { wrapped(text, .boldYellow) }

  private enum Code: String, CaseIterable {
    case bold = "1"
    case dim = "2"
    case blue = "34"
    case boldYellow = "1;33"
    case none = "0"

    var sequence: String { "\u{1B}[\(rawValue)m" }
  }

  /// All that is ever written: what else a terminal gets of them is not Tare's.
  package static let sequences = Code.allCases.map(\.sequence)

  private func wrapped(_ text: String, _ code: Code) -> String {
    self == .plain || text.isEmpty ? text : code.sequence + text + Code.none.sequence
  }
}
