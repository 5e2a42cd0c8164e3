/// Python's arithmetic operators.
import Foundation

extension Value {
  func applying(
    _ operation: Arithmetic, _ other: Value, budget: Budget
  ) throws(Fault) -> Value {
    if case .undefined(let message) = self { throw .undefined(message) }
    if let marked = try applyingMarkup(operation, other, budget: budget) { return marked }
    if operation == .modulo, case .string(let format) = self {
      return .string(try PercentFormat(format).applied(to: other, budget: budget))
    }
    if case .undefined(let message) = other { throw .undefined(message) }
    if let joined = try joining(operation, other, budget: budget) { return joined }
    if let a = index, let b = other.index { return try Self.integers(operation, a, b) }
    for value in [self, other] where value.isBig {
      throw .value("computing with \(value.text), which takes more than 64 bits")
    }
    guard let a = number, let b = other.number else {
      throw unsupported(operation, other)
    }
    return .float(try Self.floats(operation, a, b))
  }

  private func unsupported(_ operation: Arithmetic, _ other: Value) -> Fault {
    switch (operation, self) {
    case (.add, .string), (.add, .list), (.add, .tuple):
      return .type("can only concatenate \(typeName) (not \"\(other.typeName)\") to \(typeName)")
    default:
      let sign = operation == .power ? "** or pow()" : operation.rawValue
      return .type(
        "unsupported operand type(s) for \(sign): '\(typeName)' and '\(other.typeName)'")
    }
  }

  /// `+` and `*` of strings, lists and tuples.
  private func joining(
    _ operation: Arithmetic, _ other: Value, budget: Budget
  ) throws(Fault) -> Value? {
    switch (operation, self, other) {
    case (.add, .string(let a), .string(let b)):
      try budget.spend(bytes: a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.add, .list(let a), .list(let b)):
      try budget.spend(a.count + b.count)
      return try .list(a.values + b.values)
    case (.add, .tuple(let a), .tuple(let b)):
      try budget.spend(a.count + b.count)
      return try .tuple(a.values + b.values)
    case (.multiply, .string(let text), _):
      guard let count = other.index else { return nil }
      try budget.spend(bytes: text.utf8.count, times: count)
      return .string(String(repeating: text, count: max(count, 0)))
    case (.multiply, .list(let items), _):
      return try other.index.map { count throws(Fault) in
        try .list(try items.repeated(count, budget: budget))
      }
    case (.multiply, .tuple(let items), _):
      return try other.index.map { count throws(Fault) in
        try .tuple(try items.repeated(count, budget: budget))
      }
    case (.multiply, _, .string), (.multiply, _, .list), (.multiply, _, .tuple):
      return index == nil ? nil : try other.joining(operation, self, budget: budget)
    default: return nil
    }
  }

  private static func integers(_ operation: Arithmetic, _ a: Int, _ b: Int) throws(Fault) -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws(Fault) -> Value {
      guard !result.overflow else {
        throw .value("\(a) \(operation.rawValue) \(b), which takes more than 64 bits")
      }
      return .int(result.partialValue)
    }
    switch operation {
    case .add: return try checked(a.addingReportingOverflow(b))
    case .subtract: return try checked(a.subtractingReportingOverflow(b))
    case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
    case .divide:
      guard b != 0 else { throw .value("division by zero") }
      return .float(Double(a) / Double(b))
    case .floorDivide, .modulo:
      guard b != 0 else { throw .value("integer division or modulo by zero") }
      let quotient = a.dividedReportingOverflow(by: b)
      guard !quotient.overflow else { return try checked(quotient) }
      let remainder = a % b
      let isBelow = remainder != 0 && (remainder < 0) != (b < 0)
      if operation == .modulo { return .int(isBelow ? remainder + b : remainder) }
      return .int(isBelow ? quotient.partialValue - 1 : quotient.partialValue)
    case .power:
      guard b >= 0 else { return .float(try floats(.power, Double(a), Double(b))) }
      return try power(a, b, checked)
    }
  }

  private static func power(
    _ base: Int, _ exponent: Int,
    _ checked: ((partialValue: Int, overflow: Bool)) throws(Fault) -> Value
  ) throws(Fault) -> Value {
    if base == 0 || base == 1 { return .int(exponent == 0 ? 1 : base) }
    if base == -1 { return .int(exponent % 2 == 0 ? 1 : -1) }
    var result = (partialValue: 1, overflow: exponent > 64)
    for _ in 0..<min(exponent, 64) where !result.overflow {
      result = result.partialValue.multipliedReportingOverflow(by: base)
    }
    return try checked(result)
  }

  private static func floats(
    _ operation: Arithmetic, _ a: Double, _ b: Double
  ) throws(Fault) -> Double {
    switch operation {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide:
      guard b != 0 else { throw .value("float division by zero") }
      return a / b
    case .floorDivide, .modulo:
      guard b != 0 else { throw .value("float floor division or modulo by zero") }
      var remainder = fmod(a, b)
      if remainder != 0, (remainder < 0) != (b < 0) { remainder += b }
      if operation == .floorDivide { return ((a - remainder) / b).rounded() }
      return remainder == 0 ? Double(signOf: b, magnitudeOf: 0) : remainder
    case .power:
      guard a != 0 || b >= 0 else { throw .value("0.0 cannot be raised to a negative power") }
      guard a >= 0 || b == b.rounded() else {
        throw .value("a negative number to a fractional power")
      }
      let result = pow(a, b)
      guard result.isFinite || !a.isFinite || !b.isFinite else {
        throw .value("a number too large for a float")
      }
      return result
    }
  }

  func negated() throws(Fault) -> Value {
    switch self {
    case .undefined(let message): throw .undefined(message)
    case .float(let value): return .float(-value)
    default:
      guard let value = index else { throw .type("bad operand type for unary -: '\(typeName)'") }
      return try Self.integers(.subtract, 0, value)
    }
  }

  func asPositive() throws(Fault) -> Value {
    switch self {
    case .undefined(let message): throw .undefined(message)
    case .float: return self
    default:
      guard let value = index else { throw .type("bad operand type for unary +: '\(typeName)'") }
      return .int(value)
    }
  }
}

extension Items {
  /// Its values `count` times over.
  func repeated(_ count: Int, budget: Budget) throws(Fault) -> [Value] {
    let (total, overflow) = shape.weight.multipliedReportingOverflow(by: max(count, 0))
    guard !overflow, total <= Limits.valueWeight else {
      throw .limit("a value with too many elements or too much text", Limits.valueWeight)
    }
    try budget.spend(total)
    return Array(repeating: values, count: max(count, 0)).flatMap(\.self)
  }
}
