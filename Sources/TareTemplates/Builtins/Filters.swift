/// The filters that stand after a bar: texts, numbers and general ones. Those that work on several
/// values are in `Filters+Lists`.
import Foundation

enum Filters {
  static let table = Dictionary(
    uniqueKeysWithValues: [general, texts, numbers, lists, rare].joined().map { ($0.key, $0.value) }
  ).paced(paces)

  // MARK: Any value

  private static let general: [String: Builtin] = [
    "default": fallback, "d": fallback,
    "string": Builtin { call throws(Fault) in .string(try call.text()) }.handling(.keeps),
    "length": length, "count": length,
    "items": Builtin { call throws(Fault) in
      switch call.subject {
      case .undefined: return try .lazy([])
      case .dict(let dict): return try .lazy(try Methods.pairs(dict))
      default: throw .type("Can only get item pairs from a mapping.")
      }
    },
    "tojson": Builtin("ensure_ascii", "indent", "separators", "sort_keys") { call throws(Fault) in
      .string(try json(call))
    },
    "attr": Builtin("name", required: 1) { call throws(Fault) in
      try call.subject.attribute(try call.text("name"), itemsToo: false)
    }.handling(.sees),
  ]

  private static let fallback = Builtin("default_value", "boolean") { call throws(Fault) in
    let value = call.given("default_value") ?? .string("")
    if case .undefined = call.subject { return value }
    return call.flag("boolean") && !call.subject.isTrue ? value : call.subject
  }.handling(.sees)

  private static let length = Builtin { call throws(Fault) in .int(try call.subject.length()) }

  /// transformers' own `tojson`: Python's `json.dumps`, without the escapes for HTML.
  private static func json(_ call: Call) throws(Fault) -> String {
    var writer = JSONWriter(budget: call.budget)
    writer.escapesNonASCII = call.flag("ensure_ascii")
    writer.sortsKeys = call.flag("sort_keys")
    switch call["indent"] {
    case nil: break
    case .string(let text): writer.indent = text
    default: writer.indent = try call.padding(try call.int("indent") ?? 0)
    }
    if writer.indent != nil { writer.itemSeparator = "," }
    if let separators = call["separators"] {
      let pair = try separators.iterated()
      guard pair.count == 2, case .string(let item) = pair[0], case .string(let key) = pair[1]
      else {
        throw .type("separators that are not two strings")
      }
      writer.itemSeparator = item
      writer.keySeparator = key
    }
    return try writer.text(of: call.subject)
  }

  // MARK: Texts

  private static let texts: [String: Builtin] = [
    "upper": Builtin { call throws(Fault) in .string(try call.text().uppercased()) }
      .handling(.keeps),
    "lower": Builtin { call throws(Fault) in .string(try call.text().pythonLowercased) }
      .handling(.keeps),
    "capitalize": Builtin { call throws(Fault) in .string(try call.text().capitalizedFirst) }
      .handling(.keeps),
    "title": Builtin { call throws(Fault) in
      .string(try call.text().titledByWords)
    },
    "trim": Builtin("chars") { call throws(Fault) in
      .string(try call.text().stripped(try call.string("chars")))
    }.handling(.keeps),
    "replace": Builtin("old", "new", "count", required: 2) { call throws(Fault) in
      .string(
        try call.text().replaced(
          try call.text(of: call.given("old") ?? .none),
          by: try call.text(of: call.given("new") ?? .none),
          limit: try call.int("count"), budget: call.budget))
    },
    "center": Builtin("width") { call throws(Fault) in
      try StringMethods.centered(call, try call.int("width") ?? 80)
    }.handling(.keeps),
    "indent": Builtin("width", "first", "blank") { call throws(Fault) in .string(try indented(call))
    }.handling(.keeps),
    "truncate": Builtin("length", "killwords", "end", "leeway") { call throws(Fault) in
      try truncated(call)
    }.handling(.keeps),
    "wordcount": Builtin { call throws(Fault) in
      let isWord = try call.text().unicodeScalars.map {
        $0 == "_" || $0.isLetter || $0.properties.numericType != nil
      }
      return .int(zip([false] + isWord, isWord).count { !$0 && $1 })
    },
    "format": .variadic { call throws(Fault) in try formatted(call) }.handling(.sees),
    "escape": escape, "e": escape,
    "forceescape": Builtin { call throws(Fault) in .markup(try call.text().escapedForHTML) },
    "safe": Builtin { call throws(Fault) in .markup(try call.text()) },
  ]

  private static let escape = Builtin { call throws(Fault) in
    .markup(try call.subject.escapedText(budget: call.budget))
  }.handling(.sees)

  private static func indented(_ call: Call) throws(Fault) -> String {
    guard case .string(let text) = call.subject else {
      if case .undefined(let message) = call.subject { throw .undefined(message) }
      throw .type("indent works on str, not \(call.subject.typeName)")
    }
    let indentation: String
    if case .string(let given)? = call["width"] {
      indentation = given
    } else {
      indentation = try call.padding(try call.int("width") ?? 4)
    }
    let lines = (text + "\n").lines()
    try call.budget.spend(bytes: indentation.utf8.count, times: lines.count)
    let keepsBlank = !call.flag("blank")
    let rest = lines.dropFirst().map { $0.isEmpty && keepsBlank ? $0 : indentation + $0 }
    return (call.flag("first") ? indentation : "")
      + (lines.prefix(1) + rest).joined(separator: "\n")
  }

  private static func truncated(_ call: Call) throws(Fault) -> Value {
    let length = try call.int("length") ?? 255
    let end = try call.string("end") ?? "..."
    let leeway = try call.int("leeway") ?? 5
    let kept = length.subtractingReportingOverflow(end.unicodeScalars.count)
    guard kept.partialValue >= 0, !kept.overflow, leeway >= 0 else {
      throw .value("truncate with a length below that of its end, or a negative leeway")
    }
    if try call.subject.length() - leeway <= length { return call.subject }
    guard case .string(let text) = call.subject else {
      throw .type("truncate works on str, not \(call.subject.typeName)")
    }
    let cut = String(text.unicodeScalars.prefix(kept.partialValue))
    if call.flag("killwords") { return .string(cut + end) }
    let words = try cut.parts(separatedBy: " ", limit: 1, fromEnd: true, budget: call.budget)
    return .string(words[0] + end)
  }

  private static func formatted(_ call: Call) throws(Fault) -> Value {
    let arguments = call.arguments
    guard arguments.positional.isEmpty || arguments.named.isEmpty else {
      throw .type("can't handle positional and keyword arguments at the same time")
    }
    let values: Value =
      arguments.named.isEmpty
      ? try .tuple(arguments.positional)
      : .dict(try Dict(arguments.named.map { (.string($0.name), $0.value) }))
    let isMarked = call.subject.isMarked
    let format = PercentFormat(try call.text(), escapes: isMarked)
    let text = Value.string(try format.applied(to: values, budget: call.budget))
    return isMarked ? try text.marked : text
  }

  // MARK: Numbers

  private static let numbers: [String: Builtin] = [
    "abs": Builtin { call throws(Fault) in
      switch call.subject {
      case .float(let value): return .float(value.magnitude)
      case .bigInt(let digits): return .bigInt(digits.replacing("-", with: ""))
      case .undefined(let message): throw .undefined(message)
      default:
        guard let value = call.subject.index else {
          throw .type("bad operand type for abs(): '\(call.subject.typeName)'")
        }
        return value < 0 ? try Value.int(value).negated() : .int(value)
      }
    },
    "int": Builtin("default", "base") { call throws(Fault) in
      if case .undefined(let message) = call.subject { throw .undefined(message) }
      if call.subject.isBig { return call.subject }
      let value = try integer(call.subject, base: try call.int("base") ?? 10)
      return value.map(Value.int) ?? call.given("default") ?? .int(0)
    },
    "float": Builtin("default") { call throws(Fault) in
      if case .undefined(let message) = call.subject { throw .undefined(message) }
      let value = call.subject.number ?? float(call.subject)
      return value.map(Value.float) ?? call.given("default") ?? .float(0)
    },
    "round": Builtin("precision", "method") { call throws(Fault) in
      let method = try call.string("method") ?? "common"
      if call.given("precision") == Value.none, method == "common" {
        // Python's `round` without places gives an integer.
        let whole = try rounded(call.subject, 0, method)
        return whole.number.flatMap { Int(exactly: $0) }.map(Value.int) ?? whole
      }
      return try rounded(call.subject, try call.int("precision") ?? 0, method)
    },
  ]

  /// - Throws: if it has an integer, but of more than 64 bits.
  private static func integer(_ value: Value, base: Int) throws(Fault) -> Int? {
    if let index = value.index { return index }
    if case .string(let text) = value, let whole = wholeNumber(text.stripped(nil), base: base) {
      return whole
    }
    guard let number = value.number ?? float(value), number.isFinite else { return nil }
    guard let whole = Int(exactly: number.rounded(.towardZero)) else {
      throw .value("\(value.text), which takes more than 64 bits")
    }
    return whole
  }

  /// What Python's `int` makes of a string, with `0x` before it or without in base 16.
  private static func wholeNumber(_ text: String, base: Int) -> Int? {
    guard base == 0 || (2...36).contains(base) else { return nil }
    let text = text.withASCIIDigits
    let sign = text.hasPrefix("-") ? "-" : ""
    var digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    var radix = base
    var isPrefixed = false
    for (prefix, prefixed) in [("0b", 2), ("0o", 8), ("0x", 16)]
    where (base == prefixed || base == 0) && digits.lowercased().hasPrefix(prefix) {
      digits = digits.dropFirst(2)
      radix = prefixed
      isPrefixed = true
      break
    }
    if radix == 0 {
      guard digits.first != "0" || digits.allSatisfy({ $0 == "0" || $0 == "_" }) else { return nil }
      radix = 10
    }
    guard hasPlacedUnderscores(digits, mayLead: isPrefixed) else { return nil }
    guard digits.first != "-", digits.first != "+" else { return nil }
    return Int(sign + digits.replacing("_", with: ""), radix: radix)
  }

  /// Whether underscores stand one by one between digits, as Python's numbers have them.
  private static func hasPlacedUnderscores(_ digits: Substring, mayLead: Bool = false) -> Bool {
    !digits.hasSuffix("_") && !digits.contains("__") && (mayLead || !digits.hasPrefix("_"))
  }

  /// What Python's `float` makes of a string.
  static func float(_ value: Value) -> Double? {
    if case .bigInt(let digits) = value { return Double(digits) }
    guard case .string(let text) = value else { return nil }
    let written = text.stripped(nil).withASCIIDigits.lowercased()
    let isPlaced = written.indices.allSatisfy { index in
      written[index] != "_"
        || index > written.startIndex && written[written.index(before: index)].isWholeNumber
          && written.index(after: index) < written.endIndex
          && written[written.index(after: index)].isWholeNumber
    }
    guard isPlaced else { return nil }
    let digits = written.replacing("_", with: "")
    return digits.contains("x") || digits.contains("p") ? nil : Double(digits)
  }

  private static func rounded(
    _ value: Value, _ precision: Int, _ method: String
  ) throws(Fault) -> Value {
    guard let number = value.number else {
      if case .undefined(let message) = value { throw .undefined(message) }
      if value.isBig { throw .value("\(value.text), which takes more than 64 bits") }
      throw .type("type \(value.typeName) doesn't define __round__ method")
    }
    switch method {
    case "common":
      if let whole = value.index, precision >= 0 { return .int(whole) }
      let result = nearest(number, precision)
      return value.index == nil
        ? .float(result) : Int(exactly: result).map(Value.int) ?? .float(result)
    case "ceil", "floor":
      let scale = pow(10, Double(precision))
      return .float((number * scale).rounded(method == "ceil" ? .up : .down) / scale)
    default: throw .value("method must be common, ceil or floor")
    }
  }

  /// The nearest number of so many decimals, from the exact value of the double, as Python rounds.
  private static func nearest(_ number: Double, _ precision: Int) -> Double {
    // Beyond these a double has no digits left to round, or none that count.
    guard number.isFinite, precision < 323 else { return number }
    guard precision > -309 else { return 0 }
    if precision < 0 {
      let scale = pow(10, Double(-precision))
      return (number / scale).rounded(.toNearestOrEven) * scale
    }
    return Double(String(format: "%.\(precision)f", number)) ?? number
  }
}
