/// What the parts of one parallel step come to, in order.

/// `@unchecked Sendable`: each part of `WorkerPool.run` writes its own place, and reads follow the step.
final class PartResults<Value: Sendable>: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Value>

  init(_ count: Int, _ value: Value) {
    values = .allocate(capacity: count)
    values.initialize(repeating: value)
  }

  subscript(part: Int) -> Value {
    get { values[part] }
    set { values[part] = newValue }
  }

  var array: [Value] { Array(values) }

  deinit {
    values.deinitialize()
    values.deallocate()
  }
}
