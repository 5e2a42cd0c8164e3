/// Strings that `safe` or `escape` marked. With autoescape off, as transformers has it, marks matter
/// only where such a string is joined with others by Python: the others are escaped.

extension Value {
  var isMarked: Bool { if case .markup = self { true } else { false } }

  /// A marked string as an ordinary one; any other value as it is.
  var plain: Value {
    if case .markup(let text) = self { .string(text) } else { self }
  }

  /// A string, and the strings of a list or tuple, marked.
  var marked: Value {
    get throws(Fault) {
      switch self {
      case .string(let text): .markup(text)
      case .list(let items):
        try .list(try items.values.map { value throws(Fault) in try value.marked })
      case .tuple(let items):
        try .tuple(try items.values.map { value throws(Fault) in try value.marked })
      default: self
      }
    }
  }

  /// The text, escaped unless it is marked.
  func escapedText(budget: Budget) throws(Fault) -> String {
    try budget.spend(weight)
    if case .markup(let text) = self { return text }
    return text.escapedForHTML
  }

  /// What escapes itself in Python's `Markup` methods: strings. Other values stay as they are.
  func escapedIfString(budget: Budget) throws(Fault) -> Value {
    guard case .string = self else { return self }
    return .markup(try escapedText(budget: budget))
  }

  /// `+`, `*` and `%` where one side is marked; nil where none is, or the operator is not one of these.
  func applyingMarkup(
    _ operation: Arithmetic, _ other: Value, budget: Budget
  ) throws(Fault) -> Value? {
    switch (operation, self, other) {
    case (.add, .markup, .string), (.add, .string, .markup), (.add, .markup, .markup):
      let left = try escapedText(budget: budget)
      let right = try other.escapedText(budget: budget)
      try budget.spend(bytes: left.utf8.count + right.utf8.count)
      return .markup(left + right)
    case (.multiply, .markup, _), (.multiply, _, .markup):
      return try plain.applying(operation, other.plain, budget: budget).marked
    case (.modulo, .markup(let format), _):
      return .markup(
        try PercentFormat(format, escapes: true).applied(to: other, budget: budget))
    default: return nil
    }
  }
}

extension String {
  /// As `markupsafe.escape` writes it.
  var escapedForHTML: String {
    let entities: [Unicode.Scalar: String] = [
      "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", "\"": "&#34;",
    ]
    guard unicodeScalars.contains(where: { entities[$0] != nil }) else { return self }
    return unicodeScalars.map { entities[$0] ?? String($0) }.joined()
  }
}
