/// Python's dict, which never changes.

/// A dict in the order of insertion. A key that comes twice keeps its first place and its last value.
struct Dict {
  private(set) var entries: [(key: Value, value: Value)] = []
  private var index: [Value: Int] = [:]
  let shape: Shape

  init(_ pairs: [(key: Value, value: Value)]) throws(Fault) {
    for pair in pairs {
      try pair.key.requireHashable()
      if let place = index[pair.key] {
        entries[place].value = pair.value
      } else {
        index[pair.key] = entries.count
        entries.append(pair)
      }
    }
    shape = try Shape(of: entries.flatMap { [$0.key, $0.value] })
  }

  var keys: [Value] { entries.map(\.key) }
  subscript(key: Value) -> Value? { index[key].map { entries[$0].value } }
  subscript(name: String) -> Value? { self[.string(name)] }
}
