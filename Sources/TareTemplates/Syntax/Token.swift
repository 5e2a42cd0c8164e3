/// What the lexer makes of a template's text.

struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    /// Text outside of tags, its white space already trimmed.
    case text(String)
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case outputBegin, outputEnd
    case blockBegin, blockEnd
    case end
  }

  let kind: Kind
  let line: Int

  /// How messages call it.
  var description: String {
    switch kind {
    case .text: "text"
    case .name(let name): "'\(name)'"
    case .string(let text): "the string '\(text.prefix(20))'"
    case .integer(let value): "\(value)"
    case .float(let value): "\(value)"
    case .symbol(let symbol): "'\(symbol)'"
    case .outputBegin: "'{{'"
    case .outputEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .end: "the end of the template"
    }
  }
}

extension [Token] {
  /// Texts, and strings; strings that stand side by side are one.
  var literals: [String] {
    var literals: [String] = []
    var followsString = false
    for token in self {
      switch token.kind {
      case .text(let text): literals.append(text)
      case .string(let text) where followsString: literals[literals.count - 1] += text
      case .string(let text): literals.append(text)
      default: break
      }
      followsString = if case .string = token.kind { true } else { false }
    }
    return literals
  }
}
