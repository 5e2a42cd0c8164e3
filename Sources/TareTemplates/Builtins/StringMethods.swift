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
      let (text, prefix) = (try call.text(), try call.text("prefix"))
      guard text.utf8.starts(with: prefix.utf8) else { return call.subject }
      return .string(String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    },
    "removesuffix": Builtin("suffix", required: 1) { call throws(Fault) in
      let (text, suffix) = (try call.text(), try call.text("suffix"))
      guard text.utf8.reversed().starts(with: suffix.utf8.reversed()) else { return call.subject }
      return .string(String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self))
    },
    "ljust": pad { missing in (0, missing) },
    "rjust": pad { missing in (missing, 0) },
    "zfill": Builtin("width", required: 1) { call throws(Fault) in
      let text = try call.text().scalars
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
      try .list(try call.text().lines(keepingEnds: call.flag("keepends")).map(Value.string))
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
      return .string(try parts.joined(by: try call.text(), budget: call.budget))
    },
    "replace": Builtin("old", "new", "count", required: 2) { call throws(Fault) in
      .string(
        try call.text().replaced(
          try call.text("old"), by: try call.text("new"), limit: try call.int("count"),
          budget: call.budget))
    },

    // MARK: Searching
    "startswith": edge("prefix") { $0.starts(with: $1) },
    "endswith": edge("suffix") { $0.reversed().starts(with: $1.reversed()) },
    "find": find(orMinusOne, among: { $0.first }),
    "rfind": find(orMinusOne, among: { $0.last }),
    "index": find(orFail, among: { $0.first }),
    "rindex": find(orFail, among: { $0.last }),
    "count": Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      let (part, _) = try window(call)
      return .int(try part.separateMatches(of: try call.text("sub"), budget: call.budget).count)
    },

    // MARK: Kinds of characters
    "isspace": all { $0.isPythonSpace },
    "isalpha": all { $0.isLetter },
    "isdigit": all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit },
    "isdecimal": all { $0.properties.numericType == .decimal },
    "isnumeric": all { $0.properties.numericType != nil },
    "isalnum": all { $0.isLetter || $0.properties.numericType != nil },
    "islower": Builtin { call throws(Fault) in .bool(try call.text().isAllLowercase) },
    "isupper": Builtin { call throws(Fault) in .bool(try call.text().isAllUppercase) },
    "isascii": Builtin { call throws(Fault) in .bool(try call.text().utf8.allSatisfy { $0 < 0x80 })
    },

    // MARK: Formatting
    "format": .variadic { call throws(Fault) in
      .string(try BraceFormat(try call.text()).applied(to: call.arguments, budget: call.budget))
    },
  ]

  private static func change(_ body: @escaping @Sendable (String) -> String) -> Builtin {
    Builtin { call throws(Fault) in .string(body(try call.text())) }
  }

  private static func all(_ holds: @escaping @Sendable (Unicode.Scalar) -> Bool) -> Builtin {
    Builtin { call throws(Fault) in
      let text = try call.text()
      return .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(holds))
    }
  }

  private static func strip(start: Bool, end: Bool) -> Builtin {
    Builtin("chars") { call throws(Fault) in
      .string(try call.text().stripped(try call.string("chars"), start: start, end: end))
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
    let missing = width.subtractingReportingOverflow(try call.text().unicodeScalars.count)
    guard !missing.overflow, missing.partialValue > 0 else { return call.subject }
    let (left, right) = sides(missing.partialValue)
    return .string(try call.padding(left, fill) + call.text() + call.padding(right, fill))
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
      return try .list(try call.text().words(limit: limit, fromEnd: fromEnd).map(Value.string))
    }
    guard !separator.isEmpty else { throw .value("empty separator") }
    let parts = try call.text().parts(
      separatedBy: separator, limit: limit, fromEnd: fromEnd, budget: call.budget)
    return try .list(parts.map(Value.string))
  }

  private static func partition(_ call: Call, fromEnd: Bool) throws(Fault) -> Value {
    let separator = try call.text("sep")
    guard !separator.isEmpty else { throw .value("empty separator") }
    let parts = try call.text().parts(
      separatedBy: separator, limit: 1, fromEnd: fromEnd, budget: call.budget)
    if parts.count == 2 {
      return try .tuple([.string(parts[0]), .string(separator), .string(parts[1])])
    }
    let (whole, empty) = (call.subject, Value.string(""))
    return try .tuple(fromEnd ? [empty, empty, whole] : [whole, empty, empty])
  }

  /// The text between the arguments `start` and `end`, and the place of its first scalar.
  private static func window(_ call: Call) throws(Fault) -> (text: String, start: Int) {
    let text = try call.text()
    guard call["start"] != nil || call["end"] != nil else { return (text, 0) }
    let scalars = text.scalars
    let range = PythonRange(
      slicing: scalars.count, try call.int("start"), try call.int("end"), 1)
    return (String(scalars[range.start..<max(range.start, range.stop)]), range.start)
  }

  /// - Parameters:
  ///   - result: what the method makes of the place, in scalars, where the argument `sub` stands.
  ///   - choose: which of the byte offsets where it stands is meant.
  private static func find(
    _ result: @escaping @Sendable (Int?) throws(Fault) -> Value,
    among choose: @escaping @Sendable ([Int]) -> Int?
  ) -> Builtin {
    Builtin("sub", "start", "end", required: 1) { call throws(Fault) in
      let (text, start) = try window(call)
      let offset = choose(text.matches(of: try call.text("sub")))
      return try result(offset.map { start + text.utf8.prefix($0).count { $0 & 0xC0 != 0x80 } })
    }
  }

  private static func orMinusOne(_ place: Int?) -> Value { .int(place ?? -1) }

  private static func orFail(_ place: Int?) throws(Fault) -> Value {
    guard let place else { throw .value("substring not found") }
    return .int(place)
  }

  /// Whether the text has a text, or one of a tuple of texts, at one end.
  private static func edge(
    _ name: String, _ holds: @escaping @Sendable (String.UTF8View, String.UTF8View) -> Bool
  ) -> Builtin {
    Builtin(name, "start", "end", required: 1) { call throws(Fault) in
      let (text, _) = try window(call)
      guard case .tuple(let items)? = call[name] else {
        return .bool(holds(text.utf8, try call.text(name).utf8))
      }
      for item in items.values {
        guard case .string(let sought) = item else {
          throw .type("tuple for \(name) must only contain str, not \(item.typeName)")
        }
        if holds(text.utf8, sought.utf8) { return .bool(true) }
      }
      return .bool(false)
    }
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
