/// The filters that work on several values.

extension Filters {
  static let lists: [String: Builtin] = [
    // MARK: Parts
    "list": Builtin { call throws(Fault) in try .list(try call.subject.iterated()) },
    "first": Builtin { call throws(Fault) in
      if case .iterator(let iterator) = call.subject, let value = iterator.next() { return value }
      return try call.subject.iterated().first ?? .undefined("No first item, sequence was empty.")
    },
    "last": Builtin { call throws(Fault) in
      if case .iterator = call.subject { throw .type("'generator' object is not reversible") }
      return try call.subject.iterated().last ?? .undefined("No last item, sequence was empty.")
    },
    "reverse": Builtin { call throws(Fault) in
      if case .string(let text) = call.subject {
        return .string(String(text.unicodeScalars.reversed()))
      }
      let reversed = Array(try call.subject.iterated().reversed())
      // Python has no reversed iterator of what it can go through only once.
      if case .iterator = call.subject { return try .list(reversed) }
      return try .lazy(reversed)
    }.handling(.keeps),
    "batch": Builtin("linecount", "fill_with", required: 1) { call throws(Fault) in
      try .lazy(try batches(call))
    },
    "slice": Builtin("slices", "fill_with", required: 1) { call throws(Fault) in
      try .lazy(try slices(call))
    },

    // MARK: Order
    "sort": Builtin("reverse", "case_sensitive", "attribute") { call throws(Fault) in
      try .list(try sorted(call))
    },
    "dictsort": Builtin("case_sensitive", "by", "reverse") { call throws(Fault) in
      try .list(try sortedPairs(call))
    },
    "unique": Builtin("case_sensitive", "attribute") { call throws(Fault) in
      var seen: Set<Value> = []
      return try .lazy(
        try call.subject.iterated().filtered { value throws(Fault) in
          let key = try key(of: value, call)
          try call.budget.spend(key.weight)
          try key.requireHashable()
          return seen.insert(key).inserted
        })
    },
    "min": Builtin("case_sensitive", "attribute") { call throws(Fault) in
      try extreme(call) { key, best throws(Fault) in try key.isLess(than: best) }
    },
    "max": Builtin("case_sensitive", "attribute") { call throws(Fault) in
      try extreme(call) { key, best throws(Fault) in try best.isLess(than: key, ">") }
    },

    // MARK: Sums
    "sum": Builtin("attribute", "start") { call throws(Fault) in
      let path = try Path(call["attribute"], call.budget)
      var sum = call.given("start") ?? .int(0)
      if case .string = sum { throw .type("sum() can't sum strings [use ''.join(seq) instead]") }
      for value in try call.subject.iterated() {
        sum = try sum.applying(.add, try path.value(in: value), budget: call.budget)
      }
      return sum
    },
    "join": Builtin("d", "attribute") { call throws(Fault) in
      let path = try Path(call["attribute"], call.budget)
      let parts = try call.subject.iterated().map { value throws(Fault) in
        try call.renderer.text(of: try path.value(in: value))
      }
      return .string(
        try parts.joined(by: try call.text(of: call.given("d") ?? .string("")), budget: call.budget)
      )
    },

    // MARK: Each and some
    "map": .variadic { call throws(Fault) in try .lazy(try mapped(call)) },
    "select": .variadic { call throws(Fault) in try .lazy(try chosen(call, by: false, keeps: true))
    },
    "reject": .variadic { call throws(Fault) in try .lazy(try chosen(call, by: false, keeps: false))
    },
    "selectattr": .variadic { call throws(Fault) in
      try .lazy(try chosen(call, by: true, keeps: true))
    },
    "rejectattr": .variadic { call throws(Fault) in
      try .lazy(try chosen(call, by: true, keeps: false))
    },
  ]

  /// An attribute as filters take it: `"function.name"`, `"0.id"` or a number.
  struct Path {
    private let keys: [Value]

    init(_ attribute: Value?, _ budget: Budget) throws(Fault) {
      switch attribute {
      case nil: keys = []
      case .string(let text):
        keys = try text.parts(separatedBy: ".", budget: budget).map { part in
          part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            ? Int(part).map(Value.int) ?? .string(part) : .string(part)
        }
      case .some(let key): keys = [key]
      }
    }

    /// - Parameter fallback: stands for each step that leads nowhere; nil or none for no such value.
    func value(in value: Value, or fallback: Value? = nil) throws(Fault) -> Value {
      var value = value
      for key in keys {
        value = try value.item(key)
        if case .undefined = value, let fallback { value = fallback }
      }
      return value
    }
  }

  static func ignoringCase(_ value: Value, _ call: Call) -> Value {
    if !call.flag("case_sensitive"), case .string(let text) = value.plain {
      return .string(text.pythonLowercased)
    }
    return value
  }

  /// What a value is compared by: its attribute, or itself.
  private static func key(of value: Value, _ call: Call) throws(Fault) -> Value {
    ignoringCase(try Path(call["attribute"], call.budget).value(in: value), call)
  }

  private static func extreme(
    _ call: Call, _ isBetter: (_ key: Value, _ best: Value) throws(Fault) -> Bool
  ) throws(Fault) -> Value {
    var best: (value: Value, key: Value)?
    for value in try call.subject.iterated() {
      let key = try key(of: value, call)
      if let current = best {
        try call.budget.spend(comparing: key, current.key)
        if try !isBetter(key, current.key) { continue }
      }
      best = (value, key)
    }
    return best?.value ?? .undefined("No aggregated item, sequence was empty.")
  }

  /// By one key, which Python compares by `<` alone: also keys that are equal must have an order.
  static func sorted(
    _ values: [(key: Value, value: Value)], _ call: Call
  ) throws(Fault) -> [Value] {
    let isReversed = call.flag("reverse")
    try call.budget.spend(values.count)
    return try values.sorted { a, b throws(Fault) in
      try call.budget.spend(8 + min(a.key.weight, b.key.weight))
      return isReversed ? try b.key.isLess(than: a.key) : try a.key.isLess(than: b.key)
    }.map(\.value)
  }

  /// By lists of keys, of which equal ones need no order.
  private static func sorted(
    _ values: [(key: [Value], value: Value)], _ call: Call
  ) throws(Fault) -> [Value] {
    let isReversed = call.flag("reverse")
    try call.budget.spend(values.count)
    return try values.sorted { a, b throws(Fault) in
      let (first, second) = isReversed ? (b, a) : (a, b)
      for (one, other) in zip(first.key, second.key) {
        // Some eight steps' time for taking the elements out and putting them in their places.
        try call.budget.spend(8 + min(one.weight, other.weight))
        if one != other { return try one.isLess(than: other) }
      }
      return false
    }.map(\.value)
  }

  /// By one attribute or several with commas between them.
  private static func sorted(_ call: Call) throws(Fault) -> [Value] {
    var paths: [Path] = []
    if case .string(let names)? = call["attribute"] {
      for name in try names.parts(separatedBy: ",", budget: call.budget) {
        paths.append(try Path(.string(name), call.budget))
      }
    } else {
      paths.append(try Path(call["attribute"], call.budget))
    }
    let keyed = try call.subject.iterated().map { value throws(Fault) in
      let key = try paths.map { path throws(Fault) in
        ignoringCase(try path.value(in: value), call)
      }
      return (key: key, value: value)
    }
    return try sorted(keyed, call)
  }

  private static func sortedPairs(_ call: Call) throws(Fault) -> [Value] {
    guard case .dict(let dict) = call.subject else {
      if case .undefined(let message) = call.subject { throw .undefined(message) }
      throw .type("dictsort works on dict, not \(call.subject.typeName)")
    }
    let by = try call.string("by") ?? "key"
    guard by == "key" || by == "value" else {
      throw .value("You can only sort by either \"key\" or \"value\"")
    }
    let keyed = try dict.entries.map { entry throws(Fault) in
      (
        key: ignoringCase(by == "key" ? entry.key : entry.value, call),
        value: try Value.tuple([entry.key, entry.value])
      )
    }
    return try sorted(keyed, call)
  }

  private static func batches(_ call: Call) throws(Fault) -> [Value] {
    let values = try call.subject.iterated()
    let size = try call.int("linecount") ?? 0
    // A batch is handed over when it has so many and one more comes.
    if size <= 0 {
      return try size == 0 && !values.isEmpty
        ? [.list([]), .list(values)] : values.isEmpty ? [] : [.list(values)]
    }
    return try stride(from: 0, to: values.count, by: size).map { start throws(Fault) in
      var batch = Array(values[start..<min(size, values.count - start) + start])
      if let fill = call["fill_with"], batch.count < size {
        try call.budget.spend(size - batch.count)
        guard size <= Limits.valueWeight else {
          throw .limit("a batch that is too large", Limits.valueWeight)
        }
        batch += Array(repeating: fill, count: size - batch.count)
      }
      return try .list(batch)
    }
  }

  private static func slices(_ call: Call) throws(Fault) -> [Value] {
    let values = try call.subject.iterated()
    let count = try call.int("slices") ?? 0
    guard (1...Limits.range).contains(count) else {
      throw .limit("\(count) slices", Limits.range)
    }
    let (size, extra) = values.count.quotientAndRemainder(dividingBy: count)
    var start = 0
    return try (0..<count).map { number throws(Fault) in
      let end = start + size + (number < extra ? 1 : 0)
      defer { start = end }
      let fill = number >= extra ? call["fill_with"] : nil
      return try .list(values[start..<end] + (fill.map { [$0] } ?? []))
    }
  }

  private static func mapped(_ call: Call) throws(Fault) -> [Value] {
    var arguments = call.arguments
    let values = try call.subject.isTrue ? call.subject.iterated() : []
    if arguments.positional.isEmpty,
      let attribute = arguments.named.first(where: { $0.name == "attribute" })
    {
      let path = try Path(attribute.value, call.budget)
      if let (name, _) = arguments.named.first(where: {
        $0.name != "attribute" && $0.name != "default"
      }) {
        throw .value("Unexpected keyword argument \(name.pythonRepresentation)")
      }
      var fallback = arguments.named.first { $0.name == "default" }?.value
      if case .some(.none) = fallback { fallback = nil }
      return try values.map { value throws(Fault) in try path.value(in: value, or: fallback) }
    }
    guard case .string(let name)? = arguments.positional.first else {
      throw .type("map requires a filter argument")
    }
    arguments.positional.removeFirst()
    return try values.map { value throws(Fault) in
      try call.renderer.filter(name, value, arguments)
    }
  }

  /// - Parameters:
  ///   - byAttribute: whether the first argument names an attribute that is tested.
  ///   - keeps: which outcome of the test keeps a value.
  private static func chosen(
    _ call: Call, by byAttribute: Bool, keeps: Bool
  ) throws(Fault) -> [Value] {
    var arguments = call.arguments
    let values = try call.subject.isTrue ? call.subject.iterated() : []
    var path = try Path(nil, call.budget)
    if byAttribute {
      guard let attribute = arguments.positional.first else {
        throw .type("Missing parameter for attribute name")
      }
      path = try Path(attribute, call.budget)
      arguments.positional.removeFirst()
    }
    let test = arguments.positional.first
    arguments.positional = Array(arguments.positional.dropFirst())
    return try values.filtered { value throws(Fault) in
      try call.budget.spend(1)
      let tested = try path.value(in: value)
      guard let test else { return tested.isTrue == keeps }
      return try call.renderer.test(try call.text(of: test), tested, arguments) == keeps
    }
  }
}
