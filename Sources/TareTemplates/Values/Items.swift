/// The elements of lists and tuples, and how large a value is.

/// The values of a list or tuple, with what `Limits` needs to know of them.
struct Items {
  let values: [Value]
  let shape: Shape
  /// What a dot finds the values by, as in Python's named tuples.
  let names: [String]

  init(_ values: [Value], names: [String] = []) throws(Fault) {
    self.values = values
    self.names = names
    shape = try Shape(of: values)
  }

  var count: Int { values.count }
}

/// How deep and how large a value is, so that going through it is bounded.
struct Shape {
  private(set) var depth = 1
  private(set) var weight = 1

  init(of values: [Value]) throws(Fault) {
    for value in values { add(value) }
    guard depth <= Limits.valueDepth else {
      throw .limit("values nested too deep", Limits.valueDepth)
    }
    guard weight <= Limits.valueWeight else {
      throw .limit("a value with too many elements or too much text", Limits.valueWeight)
    }
  }

  private mutating func add(_ value: Value) {
    depth = max(depth, value.depth + 1)
    // No overflow: arrays hold fewer than 2^40 elements, each of at most `valueWeight`.
    weight += value.weight
  }
}
