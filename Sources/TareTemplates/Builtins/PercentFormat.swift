/// Python's older way to format: `%`, and Jinja's filter `format`.

/// `"%s and %(name)d" % values`
struct PercentFormat {
  private let format: String
  /// Whether texts among the values are escaped, as a marked format has it.
  private let escapes: Bool

  init(_ format: String, escapes: Bool = false) {
    self.format = format
    self.escapes = escapes
  }

  func applied(to value: Value, budget: Budget) throws(Fault) -> String {
    try budget.spend(value.size)
    try budget.spend(bytes: format.utf8.count)
    var source = Source(value)
    var reader = FormatReader(format)
    var out = String.UnicodeScalarView()
    while let scalar = reader.rest.popFirst() {
      if scalar == "%" {
        let text = try directive(&reader, &source, budget: budget)
        out.append(contentsOf: text.unicodeScalars)
      } else {
        out.append(scalar)
      }
    }
    guard source.isUsedUp else {
      throw .type("not all arguments converted during string formatting")
    }
    return String(out)
  }

  /// The values to format: a tuple's in turn, a dict's by name, or one.
  private struct Source {
    private let whole: Value
    private let values: [Value]
    private var next = 0

    init(_ value: Value) {
      whole = value
      values = if case .tuple(let items) = value { items.values } else { [value] }
    }

    /// What has items to be found by a key need not be used in full.
    var isUsedUp: Bool {
      switch whole {
      case .dict, .list, .range, .undefined: true
      default: next == values.count
      }
    }

    mutating func following() throws(Fault) -> Value {
      guard next < values.count else { throw .type("not enough arguments for format string") }
      next += 1
      return values[next - 1]
    }

    func named(_ name: String) throws(Fault) -> Value {
      guard case .dict(let dict) = whole else { throw .type("format requires a mapping") }
      guard let value = dict[name] else { throw .value("no key \(name.pythonRepresentation)") }
      return value
    }

    /// The number that stands for a `*`.
    mutating func number() throws(Fault) -> Int {
      guard let number = try following().index else { throw .type("* wants int") }
      // Beyond any text, yet far from overflow.
      return min(max(number, -1 << 48), 1 << 48)
    }
  }

  /// What stands after a `%`.
  private func directive(
    _ reader: inout FormatReader, _ source: inout Source, budget: Budget
  ) throws(Fault) -> String {
    var named: Value?
    if reader.take("(") {
      guard let name = reader.upTo(")") else { throw .value("incomplete format key") }
      named = try source.named(name)
    }
    var spec = FormatSpec()
    flags(&reader, &spec)
    let width = try reader.take("*") ? source.number() : reader.number() ?? 0
    if width < 0 { (spec.align, spec.fill) = ("<", " ") }
    spec.width = abs(width)
    if reader.take(".") {
      spec.precision = max(0, try reader.take("*") ? source.number() : reader.number() ?? 0)
    }
    guard let letter = reader.rest.popFirst() else { throw .value("incomplete format") }
    if letter == "%" { return "%" }
    let value = if let named { named } else { try source.following() }
    let text = try formatted(value, as: letter, spec, budget: budget)
    try budget.spend(bytes: text.utf8.count)
    return text
  }

  private func flags(_ reader: inout FormatReader, _ spec: inout FormatSpec) {
    spec.align = ">"
    while let flag = reader.rest.first, "-0+ #".unicodeScalars.contains(flag) {
      switch flag {
      case "-": spec.align = "<"
      case "0" where spec.align != "<":
        spec.fill = "0"
        spec.align = "="
      case "+": spec.sign = "+"
      case " " where spec.sign != "+": spec.sign = " "
      case "#": spec.isAlternate = true
      default: break
      }
      reader.rest.removeFirst()
    }
    if spec.align == "<" { spec.fill = " " }
  }

  private func formatted(
    _ value: Value, as letter: Unicode.Scalar, _ spec: FormatSpec, budget: Budget
  ) throws(Fault) -> String {
    var spec = spec
    spec.type = letter
    let isText = ["s", "r", "a", "c"].contains(letter)
    // Zeros fill numbers only.
    if isText, spec.fill == "0" {
      spec.fill = " "
      spec.align = ">"
    }
    switch (letter, value) {
    case ("r", _), ("a", _):
      spec.type = "s"
      try budget.spend(value.weight)
      var text = value.representation
      if letter == "a" { text = text.escapedToASCII }
      if escapes { text = text.escapedForHTML }
      return try spec.formatted(.string(text), budget: budget)
    case ("s", _) where escapes:
      return try spec.formatted(.string(try value.escapedText(budget: budget)), budget: budget)
    case ("c", .string):
      spec.type = "s"
      return try spec.formatted(value, budget: budget)
    case ("b", _), ("%", _): throw .value("unsupported format character '\(letter)'")
    default: return try spec.formatted(value, budget: budget)
    }
  }
}
