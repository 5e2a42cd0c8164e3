/// Values as text: Python's `str` and `repr`.

extension Value {
  /// What `{{ value }}` prints, Python's `str`.
  var text: String {
    switch self {
    case .undefined: ""
    case .string(let text), .markup(let text): text
    default: representation
    }
  }

  /// Python's `repr`.
  var representation: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .bigInt(let digits): digits
    case .float(let value): value.pythonText
    case .string(let text): text.pythonRepresentation
    case .markup(let text): "Markup(\(text.pythonRepresentation))"
    case .list(let items): "[\(Self.joined(items.values))]"
    case .tuple(let items): "(\(Self.joined(items.values))\(items.count == 1 ? "," : ""))"
    case .view(let items, let type): "\(type)([\(Self.joined(items.values))])"
    case .dict(let dict): "{\(Self.joined(dict.entries))}"
    case .range(let range):
      "range(\(range.start), \(range.stop)\(range.step == 1 ? "" : ", \(range.step)"))"
    case .namespace: "<Namespace>"
    case .loop(let loop): "<LoopContext \(loop.index0 + 1)>"
    case .macro(let macro):
      "<Macro \(macro.definition.name.map(\.pythonRepresentation) ?? "anonymous")>"
    case .iterator, .function: "<\(typeName)>"
    }
  }

  private static func joined(_ values: [Value]) -> String {
    values.map(\.representation).joined(separator: ", ")
  }

  private static func joined(_ entries: [(key: Value, value: Value)]) -> String {
    entries.map { "\($0.key.representation): \($0.value.representation)" }.joined(separator: ", ")
  }
}

extension Double {
  /// Python's `repr`: the shortest digits that give the same number back, with an exponent below
  /// 1e-4 and from 1e16 on.
  var pythonText: String {
    guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
    let sign = self.sign == .minus ? "-" : ""
    let (digits, point) = magnitude.shortestDigits
    if point > 16 || point < -3 {
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let exponent = abs(point - 1)
      return sign + digits.prefix(1) + fraction + (point < 1 ? "e-" : "e+")
        + (exponent < 10 ? "0" : "") + String(exponent)
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point {
      return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// The shortest digits that give the number back, and where the point stands among them: 0.0012
  /// is "12" with its point at -2. The number is finite and not negative.
  private var shortestDigits: (digits: String, point: Int) {
    let parts = description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let whole = mantissa[0]
    let all = whole + (mantissa.count > 1 ? mantissa[1] : "")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let significant = all.drop { $0 == "0" }
    guard !significant.isEmpty else { return ("0", 1) }
    let point = whole.count + exponent - (all.count - significant.count)
    var digits = String(significant)
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, point)
  }
}
