/// The tests that stand after `is`.

enum Tests {
  static let table: [String: Builtin] = [
    // MARK: What it is
    "defined": kind { if case .undefined = $0 { false } else { true } },
    "undefined": kind { if case .undefined = $0 { true } else { false } },
    "none": kind { if case .none = $0 { true } else { false } },
    "boolean": kind { if case .bool = $0 { true } else { false } },
    "true": kind { if case .bool(true) = $0 { true } else { false } },
    "false": kind { if case .bool(false) = $0 { true } else { false } },
    "integer": kind { if case .int = $0 { true } else { $0.isBig } },
    "float": kind { if case .float = $0 { true } else { false } },
    "number": kind { $0.number != nil || $0.isBig },
    "escaped": kind { if case .markup = $0 { true } else { false } }.handling(.sees),
    "string": kind { if case .string = $0 { true } else { false } },
    "mapping": kind { if case .dict = $0 { true } else { false } },
    "sequence": kind(isSequence),
    "iterable": kind(isIterable),
    "callable": kind(isCallable),
    "lower": Builtin { call throws(Fault) in .bool(try call.text().isAllLowercase) },
    "upper": Builtin { call throws(Fault) in .bool(try call.text().isAllUppercase) },

    // MARK: Numbers
    "odd": Builtin { call throws(Fault) in .bool(try remainder(call, 2) == .int(1)) },
    "even": Builtin { call throws(Fault) in .bool(try remainder(call, 2) == .int(0)) },
    "divisibleby": Builtin("num", required: 1) { call throws(Fault) in
      .bool(
        try call.subject.applying(.modulo, call["num"] ?? .none, budget: call.budget) == .int(0))
    },

    // MARK: Comparisons
    "eq": compare(.equal), "equalto": compare(.equal), "==": compare(.equal),
    "ne": compare(.notEqual), "!=": compare(.notEqual),
    "lt": compare(.less), "lessthan": compare(.less), "<": compare(.less),
    "le": compare(.lessOrEqual), "<=": compare(.lessOrEqual),
    "gt": compare(.greater), "greaterthan": compare(.greater), ">": compare(.greater),
    "ge": compare(.greaterOrEqual), ">=": compare(.greaterOrEqual),
    "in": compare(.contained),
    "sameas": Builtin("other", required: 1) { call throws(Fault) in
      .bool(isSame(call.subject, call.given("other") ?? .none))
    },

    // MARK: Names
    "filter": Builtin { call throws(Fault) in .bool(Filters.table[try call.text()] != nil) },
    "test": Builtin { call throws(Fault) in .bool(Tests.table[try call.text()] != nil) },
  ].paced(paces)

  private static func kind(_ holds: @escaping @Sendable (Value) -> Bool) -> Builtin {
    Builtin { call throws(Fault) in .bool(holds(call.subject)) }
  }

  private static func compare(_ operation: Comparison) -> Builtin {
    Builtin("other", required: 1) { call throws(Fault) in
      .bool(try call.renderer.compare(call.subject, operation, call.given("other") ?? .none))
    }
  }

  private static func remainder(_ call: Call, _ divisor: Int) throws(Fault) -> Value {
    try call.subject.applying(.modulo, .int(divisor), budget: call.budget)
  }

  private static func isSequence(_ value: Value) -> Bool {
    switch value {
    case .undefined, .string, .list, .tuple, .dict, .range: true
    default: false
    }
  }

  private static func isIterable(_ value: Value) -> Bool {
    switch value {
    case .undefined, .string, .list, .tuple, .dict, .range, .view, .iterator, .loop: true
    default: false
    }
  }

  private static func isCallable(_ value: Value) -> Bool {
    switch value {
    case .undefined, .function, .macro, .loop: true
    default: false
    }
  }

  /// Python's `is`. Only what Python keeps once is the same: none, booleans, and an object itself;
  /// equal texts and small numbers are taken as the same, as CPython mostly does.
  private static func isSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.none, .none), (.undefined, .undefined): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.bigInt(let a), .bigInt(let b)): a == b
    case (.string(let a), .string(let b)): a.isSame(as: b)
    case (.namespace, .namespace), (.macro, .macro), (.loop, .loop), (.iterator, .iterator): a == b
    // Values never change, so that what is stored in one place is one object.
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      a.values.isStored(with: b.values)
    case (.dict(let a), .dict(let b)): a.entries.isStored(with: b.entries)
    default: false
    }
  }
}

extension String {
  /// Python's `islower`.
  var isAllLowercase: Bool { isCased(\.properties.isLowercase) }
  /// Python's `isupper`.
  var isAllUppercase: Bool { isCased(\.properties.isUppercase) }

  /// Whether there are letters with case, and all have this one.
  private func isCased(_ hasCase: (Unicode.Scalar) -> Bool) -> Bool {
    let cased = unicodeScalars.filter(\.properties.isCased)
    return !cased.isEmpty && cased.allSatisfy(hasCase)
  }
}
