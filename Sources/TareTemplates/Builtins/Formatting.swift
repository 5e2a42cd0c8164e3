/// Python's two ways to format: `"%s" % value` and `"{}".format(value)`.
import Foundation

/// How one value is laid out.
struct FormatSpec {
  var fill: Unicode.Scalar = " "
  /// `<`, `>`, `^`, or `=`: between the sign and the digits.
  var align: Unicode.Scalar?
  /// `-`, or `+` or a space before numbers that are not negative.
  var sign: Unicode.Scalar = "-"
  var isAlternate = false
  var width = 0
  var grouping: Unicode.Scalar?
  var precision: Int?
  /// The letter that says how; nil for the value's own way.
  var type: Unicode.Scalar?

  /// More digits than any double has.
  private static let mostDigits = 400

  func formatted(_ value: Value, budget: Budget) throws(Fault) -> String {
    try budget.spend(value.weight)
    switch type {
    case "d", "i", "u", "x", "X", "o", "b":
      return try padded(try integer(value), isNumber: true, budget)
    case "e", "E", "f", "F", "g", "G", "%":
      return try padded(try float(value), isNumber: true, budget)
    case "c":
      guard let code = value.index, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
      else { throw .type("%c requires int or char") }
      return try padded(String(scalar), isNumber: false, budget)
    case "s": return try padded(cut(value.text), isNumber: false, budget)
    case nil: return try plain(value, budget: budget)
    case .some(let letter): throw .value("Unknown format code '\(letter)'")
    }
  }

  private func plain(_ value: Value, budget: Budget) throws(Fault) -> String {
    switch value {
    case .int: return try padded(try integer(value), isNumber: true, budget)
    case .float(let number):
      guard let precision else {
        return try padded(
          signed(number.sign == .minus, number.magnitude.pythonText), isNumber: true, budget)
      }
      return try padded(
        signed(number.sign == .minus, c("g", number.magnitude, max(precision, 1))), isNumber: true,
        budget)
    default: return try padded(cut(value.text), isNumber: false, budget)
    }
  }

  private func cut(_ text: String) -> String {
    precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
  }

  private func signed(_ isNegative: Bool, _ digits: String) -> String {
    (isNegative ? "-" : sign == "-" ? "" : String(sign)) + digits
  }

  private func integer(_ value: Value) throws(Fault) -> String {
    let number: Int
    switch value {
    case .float(let float) where type == "d" || type == "i" || type == "u":
      guard let whole = Int(exactly: float.rounded(.towardZero)) else {
        throw .value("a float that is no integer of 64 bits")
      }
      number = whole
    default:
      guard let index = value.index else {
        throw .type("%\(type ?? "d") format: a real number is required, not \(value.typeName)")
      }
      number = index
    }
    let radixes: [Unicode.Scalar: Int] = ["x": 16, "X": 16, "o": 8, "b": 2]
    let radix = type.flatMap { radixes[$0] } ?? 10
    var digits = String(number.magnitude, radix: radix, uppercase: type == "X")
    if let precision, precision <= Self.mostDigits {
      digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
    }
    if isAlternate, radix != 10, let type { digits = "0\(type)" + digits }
    return signed(number < 0, grouped(digits))
  }

  private func float(_ value: Value) throws(Fault) -> String {
    guard let number = value.number else {
      throw .type("must be real number, not \(value.typeName)")
    }
    guard number.isFinite else { return number.pythonText }
    let isPercent = type == "%"
    let letter = isPercent ? "f" : type ?? "f"
    let text = c(letter, isPercent ? number.magnitude * 100 : number.magnitude, precision ?? 6)
    let point = text.firstIndex { !$0.isNumber } ?? text.endIndex
    let whole = grouped(String(text[..<point])) + text[point...]
    return signed(number.sign == .minus, whole + (isPercent ? "%" : ""))
  }

  private func c(_ letter: Unicode.Scalar, _ number: Double, _ precision: Int) -> String {
    String(format: "%.\(min(precision, Self.mostDigits))\(letter)", number)
  }

  private func grouped(_ digits: String) -> String {
    guard let grouping else { return digits }
    var out: [Character] = []
    for (index, digit) in digits.reversed().enumerated() {
      if index > 0, index % 3 == 0 { out.append(Character(grouping)) }
      out.append(digit)
    }
    return String(out.reversed())
  }

  private func padded(
    _ text: String, isNumber: Bool, _ budget: Budget
  ) throws(Fault) -> String {
    let missing = width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    let filler = String(self.fill)
    try budget.spend(bytes: filler.utf8.count, times: missing)
    func fill(_ count: Int) -> String { String(repeating: filler, count: count) }
    switch align ?? (isNumber ? ">" : "<") {
    case "<": return text + fill(missing)
    case "^": return fill(missing / 2) + text + fill(missing - missing / 2)
    case "=":
      let sign = text.unicodeScalars.prefix { $0 == "-" || $0 == "+" || $0 == " " }
      return String(sign) + fill(missing) + String(text.unicodeScalars.dropFirst(sign.count))
    default: return fill(missing) + text
    }
  }
}

/// Reads a format from left to right.
private struct FormatReader {
  var rest: ArraySlice<Unicode.Scalar>

  init(_ text: String) { rest = text.scalars[...] }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number() throws(Fault) -> Int? {
    let digits = String(rest.prefix { ("0"..."9").contains($0) })
    rest.removeFirst(digits.utf8.count)
    if digits.isEmpty { return nil }
    guard let number = Int(digits) else {
      throw .value("Too many decimal digits in format string")
    }
    return number
  }

  /// All up to the scalar, which is taken too; nil if it does not come.
  mutating func upTo(_ scalar: Unicode.Scalar) -> String? {
    guard let end = rest.firstIndex(of: scalar) else { return nil }
    let text = String(rest[..<end])
    rest = rest[(end + 1)...]
    return text
  }
}

/// `"%s and %(name)d" % values`
struct PercentFormat {
  private let format: String

  init(_ format: String) { self.format = format }

  func applied(to value: Value, budget: Budget) throws(Fault) -> String {
    try budget.spend(value.size)
    try budget.spend(bytes: format.utf8.count)
    var values: [Value] = [value]
    if case .tuple(let items) = value { values = items.values }
    var next = 0
    func argument() throws(Fault) -> Value {
      guard next < values.count else { throw .type("not enough arguments for format string") }
      next += 1
      return values[next - 1]
    }
    var reader = FormatReader(format)
    var out = String.UnicodeScalarView()
    var usesNames = false
    while let scalar = reader.rest.popFirst() {
      guard scalar == "%" else {
        out.append(scalar)
        continue
      }
      var named: Value?
      if reader.take("(") {
        usesNames = true
        guard let name = reader.upTo(")") else { throw .value("incomplete format key") }
        guard case .dict(let dict) = value else { throw .type("format requires a mapping") }
        guard let found = dict[name] else { throw .value("no key \(name.pythonRepresentation)") }
        named = found
      }
      var spec = FormatSpec()
      flags(&reader, &spec)
      spec.width = try reader.take("*") ? argument().index ?? 0 : reader.number() ?? 0
      if reader.take(".") {
        spec.precision = try reader.take("*") ? argument().index ?? 0 : reader.number() ?? 0
      }
      guard let letter = reader.rest.popFirst() else { throw .value("incomplete format") }
      if letter == "%" {
        out.append("%")
        continue
      }
      let value = if let named { named } else { try argument() }
      let text = try formatted(value, as: letter, spec, budget: budget)
      try budget.spend(bytes: text.utf8.count)
      out.append(contentsOf: text.unicodeScalars)
    }
    var takesRest = usesNames
    if case .dict = value { takesRest = true }
    guard next == values.count || takesRest else {
      throw .type("not all arguments converted during string formatting")
    }
    return String(out)
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
    let isText = letter == "s" || letter == "r" || letter == "c"
    // Zeros fill numbers only.
    if isText, spec.fill == "0" {
      spec.fill = " "
      spec.align = ">"
    }
    switch (letter, value) {
    case ("r", _):
      spec.type = "s"
      try budget.spend(value.weight)
      return try spec.formatted(.string(value.representation), budget: budget)
    case ("c", .string):
      spec.type = "s"
      return try spec.formatted(value, budget: budget)
    case ("b", _), ("%", _): throw .value("unsupported format character '\(letter)'")
    default: return try spec.formatted(value, budget: budget)
    }
  }
}

/// `"{} and {name:>8}".format(value, name=value)`
struct BraceFormat {
  private let format: String

  init(_ format: String) { self.format = format }

  func applied(to arguments: Arguments, budget: Budget) throws(Fault) -> String {
    var reader = FormatReader(format)
    var out = String.UnicodeScalarView()
    var next = 0
    while let scalar = reader.rest.popFirst() {
      if scalar == "{", !reader.take("{") {
        guard let field = reader.upTo("}") else {
          throw .value("expected '}' before end of string")
        }
        let text = try formatted(field, arguments, &next, budget: budget)
        try budget.spend(bytes: text.utf8.count)
        out.append(contentsOf: text.unicodeScalars)
      } else if scalar == "}", !reader.take("}") {
        throw .value("Single '}' encountered in format string")
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }

  /// One field: a name or place with attributes and items, `!r` or `!s`, and a layout.
  private func formatted(
    _ field: String, _ arguments: Arguments, _ next: inout Int, budget: Budget
  ) throws(Fault) -> String {
    let halves = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "!", maxSplits: 1, omittingEmptySubsequences: false)
    var value = try found(String(parts[0]), arguments, &next)
    if parts.count == 2 {
      switch parts[1] {
      case "r":
        try budget.spend(value.weight)
        value = .string(value.representation)
      case "s": value = .string(value.text)
      default: throw .value("Unknown conversion specifier '\(parts[1])'")
      }
    }
    return try spec(halves.count == 2 ? String(halves[1]) : "").formatted(value, budget: budget)
  }

  private func found(
    _ path: String, _ arguments: Arguments, _ next: inout Int
  ) throws(Fault) -> Value {
    var reader = FormatReader(path)
    let name = reader.rest.prefix { $0 != "." && $0 != "[" }
    reader.rest.removeFirst(name.count)
    var value = try argument(String(name), arguments, &next)
    while !reader.rest.isEmpty {
      if reader.take("."), case let name = reader.rest.prefix(while: { $0 != "." && $0 != "[" }) {
        reader.rest.removeFirst(name.count)
        value = try value.attribute(String(name))
      } else if reader.take("["), let key = reader.upTo("]") {
        value = try value.item(Int(key).map(Value.int) ?? .string(key))
      } else {
        throw .value("a field \(path.pythonRepresentation) that is not a path")
      }
      if case .undefined(let message) = value { throw .undefined(message) }
    }
    return value
  }

  private func argument(
    _ name: String, _ arguments: Arguments, _ next: inout Int
  ) throws(Fault) -> Value {
    if name.isEmpty { next += 1 }
    if let place = name.isEmpty ? next - 1 : Int(name) {
      guard arguments.positional.indices.contains(place) else {
        throw .value("Replacement index \(place) out of range for positional args tuple")
      }
      return arguments.positional[place]
    }
    guard let value = arguments.named.last(where: { $0.name == name })?.value else {
      throw .value("no argument \(name.pythonRepresentation)")
    }
    return value
  }

  private func spec(_ text: String) throws(Fault) -> FormatSpec {
    var spec = FormatSpec()
    var reader = FormatReader(text)
    let aligns = "<>^=".unicodeScalars
    if let second = reader.rest.dropFirst().first, aligns.contains(second) {
      spec.fill = reader.rest.removeFirst()
      spec.align = reader.rest.removeFirst()
    } else if let first = reader.rest.first, aligns.contains(first) {
      spec.align = reader.rest.removeFirst()
    }
    if let sign = reader.rest.first, "+- ".unicodeScalars.contains(sign) {
      spec.sign = reader.rest.removeFirst()
    }
    spec.isAlternate = reader.take("#")
    if reader.take("0"), spec.align == nil {
      spec.fill = "0"
      spec.align = "="
    }
    spec.width = try reader.number() ?? 0
    if reader.take(",") { spec.grouping = "," } else if reader.take("_") { spec.grouping = "_" }
    if reader.take(".") { spec.precision = try reader.number() }
    spec.type = reader.rest.popFirst()
    guard reader.rest.isEmpty else { throw .value("Invalid format specifier '\(text)'") }
    return spec
  }
}
