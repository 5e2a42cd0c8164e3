/// Equality, hashing and order as in Python: `1 == 1.0 == True`, strings by scalar.

extension Value: Hashable {
  static func == (left: Value, right: Value) -> Bool {
    switch (left.plain, right.plain) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)): return a.isSame(as: b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return a.values == b.values
    case (.view(let a, let type), .view(let b, let other)):
      return type == other && a.values == b.values
    case (.dict(let a), .dict(let b)):
      return a.entries.count == b.entries.count && a.entries.allSatisfy { b[$0.key] == $0.value }
    case (.range(let a), .range(let b)): return a.values == b.values
    case (.iterator(let a), .iterator(let b)): return a === b
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    case (.macro(let a), .macro(let b)): return a === b
    case (.function(let a), .function(let b)): return a.name == b.name && a.subject == b.subject
    case (.bigInt, _), (_, .bigInt): return WholeNumber(left) == WholeNumber(right)
    case (.float(let a), .float(let b)): return a == b
    case (.float(let float), let other), (let other, .float(let float)):
      return other.index.map { Int(exactly: float) == $0 } ?? false
    default:
      guard let a = left.index, let b = right.index else { return false }
      return a == b
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let value): hasher.combine(value ? 1 : 0)
    case .int(let value): hasher.combine(value)
    case .bigInt(let digits): hasher.combine(Double(digits) ?? 0)
    // NaN equals nothing, and many of them must not share a hash.
    case .float(let value) where value.isNaN: hasher.combine(UInt64.random(in: 0 ... .max))
    case .float(let value):
      if let whole = Int(exactly: value) { hasher.combine(whole) } else { hasher.combine(value) }
    // Strings that are the same by scalars have the same hash.
    case .string(let text), .markup(let text): hasher.combine(text)
    case .tuple(let items): hasher.combine(items.values)
    case .range(let range):
      hasher.combine(range.count)
      if range.count > 0 { hasher.combine(range.start) }
    case .function(let function):
      hasher.combine(function.name)
      hasher.combine(function.subject)
    case .namespace(let namespace): hasher.combine(ObjectIdentifier(namespace))
    case .loop(let loop): hasher.combine(ObjectIdentifier(loop))
    case .macro(let macro): hasher.combine(ObjectIdentifier(macro))
    case .iterator(let iterator): hasher.combine(ObjectIdentifier(iterator))
    default: hasher.combine(typeName)
    }
  }

  /// - Throws: if Python could not take it as the key of a dict.
  func requireHashable() throws(Fault) {
    switch self {
    case .list, .dict, .view: throw .type("unhashable type: '\(typeName)'")
    case .tuple(let items): for item in items.values { try item.requireHashable() }
    default: break
    }
  }

  /// Python's `<`, for values that have an order.
  /// - Parameter sign: what the template wrote, for messages; with `>` the sides are exchanged.
  func isLess(than other: Value, _ sign: String = "<") throws(Fault) -> Bool {
    switch (plain, other.plain) {
    case (.undefined(let message), _), (_, .undefined(let message)): throw .undefined(message)
    case (.string(let a), .string(let b)): return a.precedes(b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (first, second) in zip(a.values, b.values) where first != second {
        return try first.isLess(than: second, sign)
      }
      return a.count < b.count
    default:
      if let a = index, let b = other.index { return a < b }
      if isBig || other.isBig, let a = WholeNumber(self), let b = WholeNumber(other) {
        return a < b
      }
      guard let a = number, let b = other.number else {
        let (left, right) = sign.hasPrefix(">") ? (other, self) : (self, other)
        throw .type(
          "'\(sign)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
      }
      return a < b
    }
  }

  /// As a double; nil unless it is a number or a boolean.
  var number: Double? {
    if case .float(let value) = self { value } else { index.map(Double.init) }
  }

  /// Python's `in`.
  func holds(_ element: Value) throws(Fault) -> Bool {
    switch plain {
    case .string(let text):
      guard case .string(let sought) = element.plain else {
        if case .undefined(let message) = element { throw .undefined(message) }
        throw .type(
          "'in <string>' requires string as left operand, not \(element.typeName)")
      }
      return text.holds(sought)
    case .dict(let dict):
      try element.requireHashable()
      return dict[element] != nil
    default:
      guard let elements else { throw .type("argument of type '\(typeName)' is not iterable") }
      return elements.contains(element)
    }
  }
}
