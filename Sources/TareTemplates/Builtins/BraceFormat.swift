/// Python's newer way to format: `str.format`.

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
