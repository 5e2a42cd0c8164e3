/// What lazy filters such as `map` give.

/// Values that can be gone through once, as a Python generator's.
final class OneTimeIterator {
  private var values: [Value]
  private var position = 0
  let shape: Shape

  init(_ values: [Value]) throws(Fault) {
    self.values = values
    shape = try Shape(of: values)
  }

  func next() -> Value? {
    guard position < values.count else { return nil }
    defer { position += 1 }
    return values[position]
  }

  func rest() -> [Value] {
    defer { position = values.count }
    return Array(values[position...])
  }
}
