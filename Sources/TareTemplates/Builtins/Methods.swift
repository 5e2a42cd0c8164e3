/// The methods of Python's types, as far as they are of use in templates.

struct Methods: Sendable {
  let allowed: [String: Builtin]
  /// Those that would change the value, which Jinja's immutable sandbox forbids.
  var changing: Set<String> = []

  static func table(of value: Value) -> Methods? {
    switch value {
    case .string, .markup: strings
    case .int, .bool: integers
    case .float: floats
    case .range: ranges
    case .function(let function): function.name == "dict" ? makers : nil
    case .dict: dicts
    case .list: lists
    case .tuple: tuples
    case .loop: loops
    default: nil
    }
  }

  private static let strings = Methods(allowed: StringMethods.table)

  private static let dicts = Methods(
    allowed: [
      "get": Builtin("key", "default", required: 1) { call throws(Fault) in
        let key = call.given("key") ?? .none
        try call.budget.spend(key.weight)
        try key.requireHashable()
        return try dict(call)[key] ?? call.given("default") ?? .none
      },
      "keys": Builtin { call throws(Fault) in
        .view(try Items(try dict(call).keys), type: "dict_keys")
      },
      "values": Builtin { call throws(Fault) in
        .view(try Items(try dict(call).entries.map(\.value)), type: "dict_values")
      },
      "items": Builtin { call throws(Fault) in
        .view(try Items(try pairs(try dict(call))), type: "dict_items")
      },
      "copy": Builtin { call throws(Fault) in call.subject },
      "fromkeys": fromKeys,
    ].mapValues(\.positional),
    changing: ["clear", "pop", "popitem", "setdefault", "update"])

  private static let lists = Methods(
    allowed: searches.merging([
      "copy": Builtin { call throws(Fault) in call.subject }
    ]) { first, _ in first },
    changing: [
      "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove",
    ])

  private static let tuples = Methods(allowed: searches)

  private static let ranges = Methods(allowed: searches)

  private static let makers = Methods(allowed: ["fromkeys": fromKeys])

  private static let fromKeys = Builtin("iterable", "value", required: 1) { call throws(Fault) in
    let value = call.given("value") ?? .none
    let keys = try (call.given("iterable") ?? .none).iterated()
    return .dict(try Dict(keys.map { (key: $0, value: value) }))
  }

  private static let integers = Methods(allowed: [
    "bit_length": Builtin { call throws(Fault) in
      .int(Int.bitWidth - (call.subject.index ?? 0).magnitude.leadingZeroBitCount)
    },
    "bit_count": Builtin { call throws(Fault) in
      .int((call.subject.index ?? 0).magnitude.nonzeroBitCount)
    },
    "conjugate": Builtin { call throws(Fault) in .int(call.subject.index ?? 0) },
  ])

  private static let floats = Methods(allowed: [
    "is_integer": Builtin { call throws(Fault) in
      .bool(call.subject.number.map { $0.isFinite && $0 == $0.rounded() } ?? false)
    },
    "conjugate": Builtin { call throws(Fault) in call.subject },
  ])

  private static let searches: [String: Builtin] = [
    "count": Builtin("value", required: 1) { call throws(Fault) in
      let sought = call.given("value") ?? .none
      try call.budget.spend(call.subject.weight)
      return .int(try call.subject.iterated().count { $0 == sought })
    },
    "index": Builtin("value", "start", "stop", required: 1) { call throws(Fault) in
      let sought = call.given("value") ?? .none
      try call.budget.spend(call.subject.weight)
      let values = try call.subject.iterated()
      let range = PythonRange(
        slicing: values.count, try call.int("start"), try call.int("stop"), 1)
      let part = values[range.start..<max(range.start, range.stop)]
      guard let place = part.firstIndex(of: sought) else {
        throw .value("\(sought.representation) is not in list")
      }
      return .int(place)
    },
  ].mapValues(\.positional)

  private static let loops = Methods(allowed: [
    "cycle": .variadic { call throws(Fault) in
      try loop(call).cycled(call.arguments.positional)
    }.handling(.sees),
    "changed": .variadic { call throws(Fault) in
      for value in call.arguments.positional { try call.budget.spend(value.weight) }
      return .bool(try loop(call).changed(call.arguments.positional))
    },
  ])

  private static func dict(_ call: Call) throws(Fault) -> Dict {
    guard case .dict(let dict) = call.subject else { throw .type("not a dict") }
    return dict
  }

  private static func loop(_ call: Call) throws(Fault) -> Loop {
    guard case .loop(let loop) = call.subject else { throw .type("not a loop") }
    return loop
  }

  /// Key and value of each entry as a tuple.
  static func pairs(_ dict: Dict) throws(Fault) -> [Value] {
    try dict.entries.map { entry throws(Fault) in try .tuple([entry.key, entry.value]) }
  }
}
