/// The methods of Python's `str`.

enum StringMethods {
  static let table = Dictionary(
    uniqueKeysWithValues: methods.map { name, builtin in
      (name, rule(builtin, name))
    }
  ).paced(paces)

  /// How Python's `Markup` has the method, and whether it takes arguments by name.
  private static func rule(_ builtin: Builtin, _ name: String) -> Builtin {
    let takesNames: Set = ["split", "rsplit", "splitlines", "expandtabs", "format", "replace"]
    let builtin = takesNames.contains(name) ? builtin : builtin.positional
    switch name {
    case "upper", "lower", "capitalize", "title", "swapcase", "casefold", "strip", "lstrip",
      "rstrip",
      "removeprefix", "removesuffix", "ljust", "rjust", "zfill", "center", "replace", "expandtabs":
      return builtin.handling(.escapes)
    case "split", "rsplit", "splitlines", "partition", "rpartition": return builtin.handling(.keeps)
    case "join", "format", "format_map": return builtin.handling(.sees)
    default: return builtin
    }
  }

  private static let methods: [String: Builtin] = [
    // MARK: Case
    "upper": change { $0.uppercased() },
    "lower": change { $0.pythonLowercased },
    "capitalize": change { $0.capitalizedFirst },
    "title": change { $0.titled },
    "swapcase": change(swappedCase),
    "casefold": change { $0.unicodeScalars.map { $0.caseFolded }.joined() },

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

    "expandtabs": Builtin("tabsize") { call throws(Fault) in
      .string(try expandedTabs(call, try call.int("tabsize") ?? 8))
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
      let isMarked = call.subject.isMarked
      let parts = try (call.given("iterable") ?? .none).iterated().enumerated()
        .map { index, part throws(Fault) in
          if isMarked { return try part.escapedText(budget: call.budget) }
          guard case .string(let text) = part.plain else {
            throw .type(
              "sequence item \(index): expected str instance, \(part.typeName) found")
          }
          return text
        }
      let joined = Value.string(try parts.joined(by: try call.text(), budget: call.budget))
      return isMarked ? try joined.marked : joined
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
    "istitle": Builtin { call throws(Fault) in .bool(try call.text().isTitled) },
    "isprintable": Builtin { call throws(Fault) in
      .bool(try call.text().unicodeScalars.allSatisfy(\.isPrintable))
    },
    "isidentifier": Builtin { call throws(Fault) in
      let scalars = try call.text().unicodeScalars
      let starts = scalars.first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
      return .bool(starts && scalars.allSatisfy(\.properties.isXIDContinue))
    },
    "isascii": Builtin { call throws(Fault) in .bool(try call.text().utf8.allSatisfy { $0 < 0x80 })
    },

    // MARK: Formatting
    "format": .variadic { call throws(Fault) in try formatted(call, call.arguments) },
    "format_map": Builtin("mapping", required: 1) { call throws(Fault) in
      guard case .dict(let dict) = call.given("mapping") ?? .none else {
        throw .type("format_map() takes a mapping")
      }
      let named = dict.entries.compactMap { entry in
        if case .string(let name) = entry.key { (name: name, value: entry.value) } else { nil }
      }
      return try formatted(call, Arguments(named: named))
    },
  ]

  private static func formatted(_ call: Call, _ arguments: Arguments) throws(Fault) -> Value {
    let isMarked = call.subject.isMarked
    let format = BraceFormat(try call.text(), escapes: isMarked)
    let text = Value.string(try format.applied(to: arguments, budget: call.budget))
    return isMarked ? try text.marked : text
  }

  private static func expandedTabs(_ call: Call, _ size: Int) throws(Fault) -> String {
    var out = ""
    var column = 0
    for scalar in try call.text().unicodeScalars {
      switch scalar {
      case "\t":
        let width = size > 0 ? size - column % size : 0
        out += try call.padding(width)
        column += width
      case "\n", "\r":
        out.unicodeScalars.append(scalar)
        column = 0
      default:
        out.unicodeScalars.append(scalar)
        column += 1
      }
    }
    return out
  }

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
    guard !missing.overflow, missing.partialValue > 0 else { return .string(try call.text()) }
    let (left, right) = sides(missing.partialValue)
    return .string(try call.padding(left, fill) + call.text() + call.padding(right, fill))
  }

  private static func swappedCase(_ text: String) -> String {
    zip(text.unicodeScalars, text.lowercasedScalars).map { scalar, lower in
      scalar.properties.isUppercase ? lower : scalar.properties.uppercaseMapping
    }.joined()
  }

  private static func split(_ call: Call, fromEnd: Bool) throws(Fault) -> Value {
    let limit = try call.int("maxsplit").flatMap { $0 < 0 ? nil : $0 }
    guard let separator = try call.string("sep") else {
      try call.budget.spend(Pace(text: 64).steps(call.subject))
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
