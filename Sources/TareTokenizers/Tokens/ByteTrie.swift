/// A set of byte strings, each with an id, that finds those which a text begins with.
///
/// The edges are one hash table in two arrays, so that a quarter of a million pieces take little
/// memory and no allocation each.
struct ByteTrie: Sendable {
  /// The id of the string that ends at each node, -1 for none; node 0 is the root.
  private var ids: [Int32] = [-1]
  /// Node and byte of each edge, plus one; 0 is a free place. The number of places is a power of two.
  private var keys: [UInt64]
  private var targets: [Int32]
  private var count = 0
  /// The nodes of single bytes, for most places in a text are passed over by the first; 0 is none.
  private var roots = [Int32](repeating: 0, count: 256)

  static let root: Int32 = 0

  init() {
    keys = Array(repeating: 0, count: 64)
    targets = Array(repeating: 0, count: 64)
  }

  /// Of two ids for the same string the last counts. An empty string is no member.
  mutating func insert(_ string: some Sequence<UInt8>, _ id: Int32) {
    var node = Self.root
    for byte in string { node = child(of: node, byte) ?? addChild(of: node, byte) }
    if node != Self.root { ids[Int(node)] = id }
  }

  /// The id of the string that ends at the node.
  @inline(__always)
  func id(at node: Int32) -> Int32? {
    let id = ids[Int(node)]
    return id < 0 ? nil : id
  }

  @inline(__always)
  func child(of node: Int32, _ byte: UInt8) -> Int32? {
    if node == Self.root {
      let target = roots[Int(byte)]
      return target == 0 ? nil : target
    }
    let place = place(of: Self.key(node, byte))
    return keys[place] == 0 ? nil : targets[place]
  }

  /// The longest member that stands at `start`: its id and end.
  func longest(in text: borrowing Span<UInt8>, at start: Int) -> (id: Int32, end: Int)? {
    var node = Self.root
    var position = start
    var found: (id: Int32, end: Int)?
    while position < text.count, let next = child(of: node, text[position]) {
      node = next
      position += 1
      if let id = id(at: node) { found = (id, position) }
    }
    return found
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    (UInt64(node) << 8 | UInt64(byte)) + 1
  }

  @inline(__always)
  private func place(of key: UInt64) -> Int {
    // Fibonacci hashing (Knuth, vol. 3, 6.4): the high bits of a product with 2^64 / φ.
    let mixed = (key &* 0x9E37_79B9_7F4A_7C15) >> 20
    var place = Int(truncatingIfNeeded: mixed) & (keys.count - 1)
    while keys[place] != 0, keys[place] != key { place = (place + 1) & (keys.count - 1) }
    return place
  }

  private mutating func addChild(of node: Int32, _ byte: UInt8) -> Int32 {
    let target = Int32(ids.count)
    ids.append(-1)
    if node == Self.root { roots[Int(byte)] = target }
    if 2 * (count + 1) > keys.count { grow() }
    let place = place(of: Self.key(node, byte))
    keys[place] = Self.key(node, byte)
    targets[place] = target
    count += 1
    return target
  }

  private mutating func grow() {
    let (oldKeys, oldTargets) = (keys, targets)
    keys = Array(repeating: 0, count: 2 * oldKeys.count)
    targets = Array(repeating: 0, count: 2 * oldKeys.count)
    for (key, target) in zip(oldKeys, oldTargets) where key != 0 {
      let place = place(of: key)
      keys[place] = key
      targets[place] = target
    }
  }
}
