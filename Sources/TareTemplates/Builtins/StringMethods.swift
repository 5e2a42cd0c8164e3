/// The methods of Python's `str`.

enum StringMethods {
  static let table: [String: Builtin] = [
    // MARK: Case
    "upper": change { $0.uppercased() },
    "lower": change { $0.lowercased() },
    "capitalize": change { $0.capitalizedFirst },
    "title": change { $0.titled { !$0.isCased } },
    "swapcase": change(swappedCase),

    // MARK: Trimming and padding
    "strip": strip(start: true, end: true),
    "lstrip": strip(start: true, end: false),
    "rstrip": strip(start: false, end: true),
    "removeprefix": Builtin("prefix", required: 1) { call throws(Fault) in
      let prefix = try call.text("prefix").unicodeScalars
      let scalars = call.text.unicodeScalars
      return .string(
        String(scalars.starts(with: prefix) ? scalars.dropFirst(prefix.count) : scalars[...]))
    },
    "removesuffix": Builtin("suffix", required: 1) { call throws(Fault) in
      let suffix = try call.text("suffix").scalars
      let scalars = call.text.scalars
      return .string(
        String(scalars.ends(with: suffix) ? scalars.dropLast(suffix.count) : scalars[...]))
    },
    "ljust": pad { missing in (0, missing) },
    "rjust": pad { missing in (missing, 0) },
    "zfill": Builtin("width", required: 1) { call throws(Fault) in
      let text = call.text.scalars
      let sign = text.first == "-" || text.first == "+" ? 1 : 0
      let zeros = try call.padding((try call.int("width") ?? 0) - text.count, "0")
      return .string(String(text[..<sign]) + zeros + String(text[sign...]))
    },
    "center": Builtin("width", "fillchar", required: 1) { call throws(Fault) in
      try centered(call, try call.int("width") ?? 0)
    },

    // MARK: Splitting and joining
    "split": Builtin("sep", "maxsplit") { call throws(Fault) in try split(call, fromEnd: false) },
    "rsplit": Builtin("sep", "maxsplit") { call throws(Fault) in try split(call, fromEnd: true) },
    "splitlines": Builtin("keepends") { call throws(Fault) in
      try .list(call.text.lines(keepingEnds: call.flag("keepends")).map(Value.string))
    },
    "partition": Builtin("sep", required: 1) { call throws(Fault) in
      try partition(call, fromEnd: false)
    },
    "rpartition": Builtin("sep", required: 1) { call throws(Fault) in
      try partition(call, fromEnd: true)
    },
    "join": Builtin("iterable", required: 1) { call throws(Fault) in
      let parts = try (call.given("iterable") ?? .none).iterated().enumerated()
        .map { index, part throws(Fault) in
          guard case .string(let text) = part else {
            throw .type(
              "sequence item \(index): expected str instance, \(part.typeName) found")
          }
          return text
        }
      return .string(try parts.joined(by: call.text, budget: call.budget))
    },
    "replace": Builtin("old", "new", "count", required: 2) { call throws(Fault) in
      .string(
        try call.text.replaced(
          try call.text("old"), by: try call.text("new"), limit: try call.int("count"),
          budget: call.budget))
    },

    // MARK: Searching
    "startswith": Builtin("prefix", "start", "end", required: 1) { call throws(Fault) in
      try edge(call, "prefix") { text, sought in text.starts(with: sought) }
    },
    "endswith": Builtin("suffix", "start", "end", required: 1) { call throws(Fault) in
      try edge(call, "suffix") { text, sought in text.ends(with: sought) }
    },
    "find": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      .int(try places(call).first ?? -1)
    },
    "rfind": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      .int(try places(call).last ?? -1)
    },
    "index": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      guard let place = try places(call).first else { throw .value("substring not found") }
      return .int(place)
    },
    "rindex": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      guard let place = try places(call).last else { throw .value("substring not found") }
      return .int(place)
    },
    "count": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      let (part, _) = try window(call)
      return .int(String(part).separateMatches(of: try call.text("sub")).count)
    },

    // MARK: Kinds of characters
    "isspace": all { $0.isPythonSpace },
    "isalpha": all { $0.isLetter },
    "isdigit": all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit },
    "isdecimal": all { $0.properties.numericType == .decimal },
    "isnumeric": all { $0.properties.numericType != nil },
    "isalnum": all { $0.isLetter || $0.properties.numericType != nil },
    "islower": Builtin { call throws(Fault) in
      .bool(call.text.isCased { $0.properties.isLowercase })
    },
    "isupper": Builtin { call throws(Fault) in
      .bool(call.text.isCased { $0.properties.isUppercase })
    },
    "isascii": Builtin { call throws(Fault) in .bool(call.text.utf8.allSatisfy { $0 < 0x80 }) },

    // MARK: Formatting
    "format": .variadic { call throws(Fault) in
      .string(try BraceFormat(call.text).applied(to: call.arguments, budget: call.budget))
    },
  ]

  private static func change(_ body: @escaping @Sendable (String) -> String) -> Builtin {
    Builtin { call throws(Fault) in .string(body(call.text)) }
  }

  private static func all(_ holds: @escaping @Sendable (Unicode.Scalar) -> Bool) -> Builtin {
    Builtin { call throws(Fault) in
      .bool(!call.text.isEmpty && call.text.unicodeScalars.allSatisfy(holds))
    }
  }

  private static func strip(start: Bool, end: Bool) -> Builtin {
    Builtin("chars") { call throws(Fault) in
      .string(call.text.stripped(try call.string("chars"), start: start, end: end))
    }
  }

  private static func pad(
    _ sides: @escaping @Sendable (_ missing: Int) -> (left: Int, right: Int)
  ) -> Builtin {
    Builtin("width", "fillchar", required: 1) { call throws(Fault) in
      try padded(call, try call.int("width") ?? 0, sides)
    }
  }

  static func centered(_ call: Call, _ width: Int) throws(Fault) -> Value {
    try padded(call, width) { missing in
      // Which side gets the odd one is CPython's rule.
      let left = missing / 2 + (missing & width & 1)
      return (left, missing - left)
    }
  }

  private static func padded(
    _ call: Call, _ width: Int, _ sides: (_ missing: Int) -> (left: Int, right: Int)
  ) throws(Fault) -> Value {
    let fill = try call.string("fillchar") ?? " "
    guard fill.unicodeScalars.count == 1 else {
      throw .type("The fill character must be exactly one character long")
    }
    let missing = width.subtractingReportingOverflow(call.text.unicodeScalars.count)
    guard !missing.overflow, missing.partialValue > 0 else { return call.subject }
    let (left, right) = sides(missing.partialValue)
    return .string(try call.padding(left, fill) + call.text + call.padding(right, fill))
  }

  private static func swappedCase(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar.properties.isUppercase
        ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
    }.joined()
  }

  private static func split(_ call: Call, fromEnd: Bool) throws(Fault) -> Value {
    let limit = try call.int("maxsplit").flatMap { $0 < 0 ? nil : $0 }
    guard let separator = try call.string("sep") else {
      return try .list(call.text.words(limit: limit, fromEnd: fromEnd).map(Value.string))
    }
    guard !separator.isEmpty else { throw .value("empty separator") }
    let parts = call.text.parts(separatedBy: separator, limit: limit, fromEnd: fromEnd)
    return try .list(parts.map(Value.string))
  }

  private static func partition(_ call: Call, fromEnd: Bool) throws(Fault) -> Value {
    let separator = try call.text("sep")
    guard !separator.isEmpty else { throw .value("empty separator") }
    let parts = call.text.parts(separatedBy: separator, limit: 1, fromEnd: fromEnd)
    if parts.count == 2 {
      return try .tuple([.string(parts[0]), .string(separator), .string(parts[1])])
    }
    let (whole, empty) = (call.subject, Value.string(""))
    return try .tuple(fromEnd ? [empty, empty, whole] : [whole, empty, empty])
  }

  /// The scalars between the arguments `start` and `end`, and the place of the first.
  private static func window(_ call: Call) throws(Fault) -> (ArraySlice<Unicode.Scalar>, Int) {
    let scalars = call.text.scalars
    let range = PythonRange(
      slicing: scalars.count, try call.int("start").map { max($0, -1 << 48) },
      try call.int("end").map { max($0, -1 << 48) }, 1)
    return (scalars[range.start..<max(range.start, range.stop)], range.start)
  }

  /// The places, in scalars, where the argument `sub` stands.
  private static func places(_ call: Call) throws(Fault) -> [Int] {
    let (part, start) = try window(call)
    let text = String(part)
    let offsets = text.matches(of: try call.text("sub"))
    var places: [Int] = []
    var (place, next) = (start, offsets[...])
    for (offset, byte) in text.utf8.enumerated() {
      if next.first == offset {
        places.append(place)
        next.removeFirst()
      }
      // A scalar ends where the next byte starts one; count its first byte.
      if byte & 0xC0 != 0x80 { place += 1 }
    }
    return next.isEmpty ? places : places + [place]
  }

  private static func edge(
    _ call: Call, _ name: String,
    _ holds: (ArraySlice<Unicode.Scalar>, [Unicode.Scalar]) -> Bool
  ) throws(Fault) -> Value {
    let (part, _) = try window(call)
    guard case .tuple(let items)? = call[name] else {
      return .bool(holds(part, try call.text(name).scalars))
    }
    for item in items.values {
      guard case .string(let text) = item else {
        throw .type("tuple for \(name) must only contain str, not \(item.typeName)")
      }
      if holds(part, text.scalars) { return .bool(true) }
    }
    return .bool(false)
  }
}

extension Unicode.Scalar {
  /// Python's `str.isalpha`.
  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }
}

extension BidirectionalCollection where Element: Equatable {
  func ends(with suffix: some BidirectionalCollection<Element>) -> Bool {
    reversed().starts(with: suffix.reversed())
  }
}

extension [String] {
  func joined(by separator: String, budget: Budget) throws(Fault) -> String {
    try budget.spend(bytes: separator.utf8.count, times: count)
    try budget.spend(bytes: reduce(0) { $0 + $1.utf8.count })
    return joined(separator: separator)
  }
}

extension String {
  /// First letter in title case, the others in lower case.
  var capitalizedFirst: String {
    guard let first = unicodeScalars.first else { return self }
    return first.properties.titlecaseMapping
      + String(unicodeScalars.dropFirst()).lowercased()
  }

  /// Each word capitalized, where `separates` says what stands between words.
  func titled(_ separates: (Unicode.Scalar) -> Bool) -> String {
    var out = ""
    var startsWord = true
    for scalar in unicodeScalars {
      out += startsWord ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
      startsWord = separates(scalar)
    }
    return out
  }

  /// Without white space, or any of `characters`, at the chosen ends.
  func stripped(_ characters: String?, start: Bool = true, end: Bool = true) -> String {
    guard let characters else { return stripped(start: start, end: end, \.isPythonSpace) }
    let set = Set(characters.unicodeScalars)
    return stripped(start: start, end: end, set.contains)
  }

  func replaced(
    _ old: String, by new: String, limit: Int?, budget: Budget
  ) throws(Fault) -> String {
    let limit = limit.flatMap { $0 < 0 ? nil : $0 }
    guard !old.isEmpty else { return try interspersed(new, limit: limit, budget: budget) }
    return try parts(separatedBy: old, limit: limit).joined(by: new, budget: budget)
  }

  /// What Python's `replace` of an empty text does: puts `text` before each scalar and at the end.
  private func interspersed(_ text: String, limit: Int?, budget: Budget) throws(Fault) -> String {
    let pieces = unicodeScalars.map { String($0) }
    let count = min(limit ?? .max, pieces.count + 1)
    try budget.spend(bytes: text.utf8.count, times: count)
    var out = ""
    for (index, piece) in pieces.enumerated() { out += (index < count ? text : "") + piece }
    return count > pieces.count ? out + text : out
  }

  /// The words between white space, as Python's `split` without a separator gives them.
  /// - Parameter limit: after so many cuts the rest stays whole.
  func words(limit: Int?, fromEnd: Bool) -> [String] {
    let scalars = fromEnd ? scalars.reversed() : scalars
    var words: [String] = []
    var rest = scalars.drop(while: \.isPythonSpace)
    while !rest.isEmpty {
      let isLast = words.count == limit ?? .max
      let end = isLast ? nil : rest.firstIndex(where: \.isPythonSpace)
      let word = rest[..<(end ?? rest.endIndex)]
      words.append(fromEnd ? String(word.reversed()) : String(word))
      rest = end.map { rest[$0...].drop(while: \.isPythonSpace) } ?? []
    }
    return fromEnd ? words.reversed() : words
  }
}
