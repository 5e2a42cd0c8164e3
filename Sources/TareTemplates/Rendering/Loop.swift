/// A running `for` loop, which templates see as `loop`.

final class Loop {
  private var items: [Value]
  private var position = 0
  /// The loop's `if`, asked for each item when its turn comes.
  private var accepts: ((Value) throws(Fault) -> Bool)?
  /// Renders the loop's body for other items, if the loop is recursive.
  private(set) var recursion: ((Value, _ depth: Int) throws(Fault) -> String)?
  /// Levels of recursive loops around this one.
  let nesting: Int
  /// Levels of values in what it goes through.
  let depth: Int

  private(set) var index0 = -1
  private var known: Int?
  private var current: Value?
  private var before: Value?
  /// The next item where it was looked at ahead.
  private var after: Value?
  private var lastChanged: [Value]?

  init(
    over items: [Value], depth: Int, nesting: Int,
    accepts: ((Value) throws(Fault) -> Bool)?,
    recursion: ((Value, _ depth: Int) throws(Fault) -> String)?
  ) {
    self.items = items
    self.depth = depth
    self.nesting = nesting
    self.accepts = accepts
    self.recursion = recursion
    if accepts == nil { known = items.count }
  }

  /// Lets go of all that it refers to, so that no chain of loops is released one inside the other.
  func forget() {
    items = []
    (accepts, recursion) = (nil, nil)
    (current, before, after, lastChanged) = (nil, nil, nil, nil)
  }

  private func pull() throws(Fault) -> Value? {
    while position < items.count {
      let item = items[position]
      position += 1
      if try accepts?(item) ?? true { return item }
    }
    return nil
  }

  /// Goes on to the next item; nil at the end.
  func advance() throws(Fault) -> Value? {
    let next = try peek()
    after = nil
    guard let next else { return nil }
    index0 += 1
    before = current
    current = next
    return next
  }

  private func peek() throws(Fault) -> Value? {
    if after == nil { after = try pull() }
    return after
  }

  /// How many items there are; with an `if`, it is asked for all that are left.
  func length() throws(Fault) -> Int {
    if let known { return known }
    var rest: [Value] = []
    while let item = try pull() { rest.append(item) }
    items = rest
    position = 0
    accepts = nil
    let length = index0 + 1 + (after == nil ? 0 : 1) + rest.count
    known = length
    return length
  }

  func cycled(_ values: [Value]) throws(Fault) -> Value {
    guard !values.isEmpty else { throw .type("no items for cycling given") }
    return values[max(index0, 0) % values.count]
  }

  func changed(_ values: [Value]) -> Bool {
    defer { lastChanged = values }
    return lastChanged != values
  }

  func attribute(_ name: String) throws(Fault) -> Value? {
    switch name {
    case "index": return .int(index0 + 1)
    case "index0": return .int(index0)
    case "revindex": return .int(try length() - index0)
    case "revindex0": return .int(try length() - index0 - 1)
    case "first": return .bool(index0 == 0)
    case "last": return .bool(try peek() == nil)
    case "length": return .int(try length())
    case "depth": return .int(nesting + 1)
    case "depth0": return .int(nesting)
    case "previtem": return before ?? .undefined("there is no previous item")
    case "nextitem": return try peek() ?? .undefined("there is no next item")
    default: return nil
    }
  }
}
