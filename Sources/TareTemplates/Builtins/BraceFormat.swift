/// Python's newer way to format: `str.format`.

/// `"{} and {name:>8}".format(value, name=value)`
struct BraceFormat {
  private let format: String
  /// Whether what stands in the fields is escaped, as a marked format has it.
  private let escapes: Bool

  init(_ format: String, escapes: Bool = false) {
    self.format = format
    self.escapes = escapes
  }

  /// The arguments, and how the fields refer to them.
  private struct Source {
    let arguments: Arguments
    /// The next place of fields without a name; nil where fields have numbers.
    var next: Int? = 0
    let budget: Budget
  }

  func applied(to arguments: Arguments, budget: Budget) throws(Fault) -> String {
    var source = Source(arguments: arguments, budget: budget)
    return try filled(format, &source, depth: 3)
  }

  /// - Parameter depth: how many levels of fields within fields there may be.
  private func filled(
    _ format: String, _ source: inout Source, depth: Int
  ) throws(Fault) -> String {
    guard depth > 0 else { throw .value("Max string recursion exceeded") }
    var reader = FormatReader(format)
    var out = String.UnicodeScalarView()
    while let scalar = reader.rest.popFirst() {
      if scalar == "{", !reader.take("{") {
        guard let field = Self.field(&reader) else {
          throw .value("expected '}' before end of string")
        }
        let text = try formatted(field, &source, depth: depth)
        try source.budget.spend(bytes: text.utf8.count)
        out.append(contentsOf: text.unicodeScalars)
      } else if scalar == "}", !reader.take("}") {
        throw .value("Single '}' encountered in format string")
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }

  /// What stands up to the bracket that ends the field; fields within it have brackets of their own.
  private static func field(_ reader: inout FormatReader) -> String? {
    var depth = 1
    for index in reader.rest.indices {
      switch reader.rest[index] {
      case "{": depth += 1
      case "}": depth -= 1
      default: break
      }
      guard depth == 0 else { continue }
      let field = String(reader.rest[..<index])
      reader.rest = reader.rest[(index + 1)...]
      return field
    }
    return nil
  }

  /// One field: a name or place with attributes and items, `!r`, `!s` or `!a`, and a layout.
  private func formatted(
    _ field: String, _ source: inout Source, depth: Int
  ) throws(Fault) -> String {
    let halves = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "!", maxSplits: 1, omittingEmptySubsequences: false)
    var value = try found(String(parts[0]), &source)
    if parts.count == 2 {
      try source.budget.spend(value.weight)
      switch parts[1] {
      case "r": value = .string(value.representation)
      case "a": value = .string(value.representation.escapedToASCII)
      case "s": value = .string(value.text)
      default: throw .value("Unknown conversion specifier '\(parts[1])'")
      }
    }
    let layout = halves.count == 2 ? String(halves[1]) : ""
    let spec = try filled(layout, &source, depth: depth - 1)
    if escapes, case .markup(let text) = value, spec.isEmpty { return text }
    let text = try Self.laidOut(value.plain, spec, budget: source.budget)
    return escapes ? text.escapedForHTML : text
  }

  private func found(_ path: String, _ source: inout Source) throws(Fault) -> Value {
    var reader = FormatReader(path)
    let name = reader.rest.prefix { $0 != "." && $0 != "[" }
    reader.rest.removeFirst(name.count)
    var value = try argument(String(name), &source)
    while !reader.rest.isEmpty {
      if reader.take("."), case let name = reader.rest.prefix(while: { $0 != "." && $0 != "[" }) {
        reader.rest.removeFirst(name.count)
        value = try value.attribute(String(name))
      } else if reader.take("["), let key = reader.upTo("]") {
        value = try value.item(Self.place(key).map(Value.int) ?? .string(key))
      } else {
        throw .value("a field \(path.pythonRepresentation) that is not a path")
      }
    }
    return value
  }

  /// The number that digits alone are.
  private static func place(_ text: String) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }

  private func argument(_ name: String, _ source: inout Source) throws(Fault) -> Value {
    let place = Self.place(name)
    if name.isEmpty || place != nil {
      guard name.isEmpty == (source.next != nil) || source.next == 0 else {
        throw .value("cannot switch between automatic field numbering and manual specification")
      }
      let index = place ?? source.next ?? 0
      source.next = name.isEmpty ? index + 1 : nil
      guard source.arguments.positional.indices.contains(index) else {
        throw .value("Replacement index \(index) out of range for positional args tuple")
      }
      return source.arguments.positional[index]
    }
    guard let value = source.arguments.named.last(where: { $0.name == name })?.value else {
      throw .value("no argument \(name.pythonRepresentation)")
    }
    return value
  }

  // MARK: Layout

  /// Python's `format(value, spec)`.
  private static func laidOut(
    _ value: Value, _ text: String, budget: Budget
  ) throws(Fault) -> String {
    guard !text.isEmpty else {
      try budget.spend(value.weight)
      return value.text
    }
    let spec = try spec(text)
    func refuse(_ condition: Bool, _ message: String) throws(Fault) {
      if condition { throw .value(message) }
    }
    let unknown = "Unknown format code '\(spec.type ?? " ")' for object of type '\(value.typeName)'"
    switch value {
    case .string:
      try refuse(spec.type.map { $0 != "s" } ?? false, unknown)
      try refuse(spec.sign != "-", "Sign not allowed in string format specifier")
      try refuse(spec.align == "=", "'=' alignment not allowed in string format specifier")
      try refuse(spec.grouping != nil || spec.isAlternate, "a layout of numbers for a string")
      return try spec.formatted(value, budget: budget)
    case .int, .bool:
      let isWhole = spec.type.map { "bcdoxXn".unicodeScalars.contains($0) } ?? true
      try refuse(!isWhole && !"eEfFgG%".unicodeScalars.contains(spec.type ?? "d"), unknown)
      try refuse(
        isWhole && spec.precision != nil, "Precision not allowed in integer format specifier")
      return try spec.formatted(.int(value.index ?? 0), budget: budget)
    case .float:
      try refuse(spec.type.map { !"eEfFgGn%".unicodeScalars.contains($0) } ?? false, unknown)
      return try spec.formatted(value, budget: budget)
    default: throw .type("unsupported format string passed to \(value.typeName).__format__")
    }
  }

  private static func spec(_ text: String) throws(Fault) -> FormatSpec {
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
    if reader.take("0") {
      if spec.align == nil {
        spec.fill = "0"
        spec.align = "="
      } else if spec.fill == " " {
        spec.fill = "0"
      }
    }
    spec.width = try reader.number() ?? 0
    if reader.take(",") { spec.grouping = "," } else if reader.take("_") { spec.grouping = "_" }
    if reader.take(".") {
      guard let precision = try reader.number() else {
        throw .value("Format specifier missing precision")
      }
      spec.precision = precision
    }
    spec.type = reader.rest.popFirst()
    // In the C locale `n` is the value's own way.
    if spec.type == "n" { spec.type = nil }
    guard reader.rest.isEmpty else { throw .value("Invalid format specifier '\(text)'") }
    return spec
  }
}
