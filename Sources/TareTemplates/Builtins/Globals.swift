/// The functions that every template can call.

enum Globals {
  static let table: [String: Builtin] = [
    "raise_exception": Builtin("message", required: 1) { call throws(Fault) in
      throw .refused(try call.text(of: call.given("message") ?? .none))
    }.handling(.sees),
    "strftime_now": Builtin("format", required: 1) { call throws(Fault) in
      let format = try call.text("format")
      try call.budget.spend(bytes: format.utf8.count, times: CalendarDate.mostWidth)
      return .string(call.renderer.date.formatted(format))
    },
    "range": .variadic { call throws(Fault) in .range(try range(call.arguments)) },
    "dict": .variadic { call throws(Fault) in
      .dict(try Dict(try pairs(call.arguments, call.budget)))
    },
    "namespace": .variadic { call throws(Fault) in
      let namespace = Namespace([:])
      for (key, value) in try pairs(call.arguments, call.budget) {
        guard case .string(let name) = key else { throw .type("keywords must be strings") }
        try requireStorable(name)
        namespace.attributes[name] = value
      }
      call.renderer.keeper.keep(namespace)
      return .namespace(namespace)
    }.handling(.sees),
    "joiner": Builtin("sep") { call throws(Fault) in
      let state = Namespace(["sep": call.given("sep") ?? .string(", ")])
      call.renderer.keeper.keep(state)
      return .function(Function(name: "joiner", builtin: joined, subject: .namespace(state)))
    }.handling(.sees),
    "cycler": .variadic { call throws(Fault) in .namespace(try cycler(call)) }.handling(.sees),
    "lipsum": .variadic { _ throws(Fault) in
      throw .value("lipsum, which makes another text each time")
    },
  ]

  /// Nothing at the first call, then the separator.
  private static let joined = Builtin { call throws(Fault) in
    guard case .namespace(let state) = call.subject else { return .string("") }
    defer { state.attributes["used"] = .bool(true) }
    return state.attributes["used"] == nil ? .string("") : state.attributes["sep"] ?? .string("")
  }

  /// `cycler('a', 'b')`: an object whose `next()` gives the items in turn.
  private static func cycler(_ call: Call) throws(Fault) -> Namespace {
    let items = call.arguments.positional
    guard let first = items.first else { throw .type("at least one item has to be provided") }
    let cycler = Namespace(["current": first, "pos": .int(0), "items": try .tuple(items)])
    func turned(_ name: String, _ body: @escaping @Sendable (Namespace) throws(Fault) -> Value) {
      let builtin = Builtin { call throws(Fault) in
        guard case .namespace(let cycler) = call.subject else { return .none }
        return try body(cycler)
      }
      cycler.attributes[name] = .function(
        Function(name: name, builtin: builtin, subject: .namespace(cycler)))
    }
    turned("next") { cycler throws(Fault) in
      let current = cycler.attributes["current"] ?? .none
      try turn(cycler, to: (cycler.attributes["pos"]?.index ?? 0) &+ 1)
      return current
    }
    turned("reset") { cycler throws(Fault) in
      try turn(cycler, to: 0)
      return .none
    }
    call.renderer.keeper.keep(cycler)
    return cycler
  }

  private static func turn(_ cycler: Namespace, to place: Int) throws(Fault) {
    let items = cycler.attributes["items"]?.elements ?? []
    guard !items.isEmpty else { return }
    // Templates can set `pos`, below zero too.
    let rest = place % items.count
    let place = rest < 0 ? rest + items.count : rest
    cycler.attributes["pos"] = .int(place)
    cycler.attributes["current"] = items[place]
  }

  static var values: [String: Value] {
    Dictionary(
      uniqueKeysWithValues: table.map { name, builtin in
        (name, .function(Function(name: name, builtin: builtin, subject: .none)))
      })
  }

  /// transformers keeps attributes with an underscore in front from namespaces.
  static func requireStorable(_ name: String) throws(Fault) {
    guard name.utf8.first != UInt8(ascii: "_") else {
      throw .value(
        "an underscore-prefixed attribute on a namespace: \(name.pythonRepresentation)")
    }
  }

  private static func range(_ arguments: Arguments) throws(Fault) -> PythonRange {
    let bounds = try arguments.positional.map { value throws(Fault) in
      guard let index = value.index else {
        throw .type("'\(value.typeName)' object cannot be interpreted as an integer")
      }
      // Far from overflow, also in a slice of the range.
      guard abs(index / 2) <= 1 << 36 else { throw .limit("a bound of a range, \(index)", 1 << 37) }
      return index
    }
    guard (1...3).contains(bounds.count), arguments.named.isEmpty else {
      throw .type("range() takes 1 to 3 arguments (\(bounds.count) given)")
    }
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw .value("range() arg 3 must not be zero") }
    let range =
      bounds.count == 1
      ? PythonRange(start: 0, stop: bounds[0], step: 1)
      : PythonRange(start: bounds[0], stop: bounds[1], step: step)
    guard range.count <= Limits.range else { throw .limit("a range that is too big", Limits.range) }
    return range
  }

  /// The arguments of `dict`: a dict or pairs, and then named values.
  private static func pairs(
    _ arguments: Arguments, _ budget: Budget
  ) throws(Fault) -> [(key: Value, value: Value)] {
    guard arguments.positional.count <= 1 else {
      throw .type("dict expected at most 1 argument, got \(arguments.positional.count)")
    }
    var pairs: [(key: Value, value: Value)] = []
    switch arguments.positional.first {
    case nil: break
    case .undefined(let message): throw .undefined(message)
    case .dict(let dict): pairs = dict.entries
    case .some(let value):
      for item in try value.iterated() {
        guard let pair = item.elements, pair.count == 2 else {
          throw .type("cannot convert dictionary update sequence element to a pair")
        }
        pairs.append((pair[0], pair[1]))
      }
    }
    for (key, _) in pairs { try budget.spend(key.weight) }
    return pairs + arguments.named.map { (.string($0.name), $0.value) }
  }
}
