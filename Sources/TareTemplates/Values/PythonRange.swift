/// Python's range, which slices are worked out with too.

/// A Python range; `step` is not 0, and `Limits.range` bounds the count.
struct PythonRange {
  let start: Int
  let stop: Int
  let step: Int

  var count: Int {
    let span = step > 0 ? stop - start : start - stop
    return span <= 0 ? 0 : (span - 1) / abs(step) + 1
  }

  var values: [Value] { (0..<count).map { .int(start + $0 * step) } }
}

extension PythonRange {
  /// The places that a slice takes of `count`, as Python's `slice.indices` gives them.
  init(slicing count: Int, _ start: Int?, _ stop: Int?, _ step: Int) {
    let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
    func bounded(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound + count : bound, lowest), highest)
    }
    self.init(
      start: start.map(bounded) ?? (step > 0 ? lowest : highest),
      stop: stop.map(bounded) ?? (step > 0 ? highest : lowest), step: step)
  }
}

extension PythonRange {
  /// What `.name` gives, but for methods; nil if there is no such attribute.
  func attribute(_ name: String) -> Value? {
    switch name {
    case "start": .int(start)
    case "stop": .int(stop)
    case "step": .int(step)
    default: nil
    }
  }
}
