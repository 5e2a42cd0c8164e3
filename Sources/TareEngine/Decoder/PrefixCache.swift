/// Keys and values of token prefixes that were computed lately, for sequences that begin alike.
internal import TareCore

/// A tree of panels: each node has the keys and values of up to 64 tokens, in all layers, as they stand in
/// a pass, and follows the tokens of the nodes above it. Keys and values of a token depend on the tokens
/// up to it alone, and have the same bits in every pass; so those that another sequence has left are what
/// would be computed, be it that only the first tokens of a panel are the same.
///
/// Nodes are in order of their last use, each before those below it: the last one is always a leaf, and
/// the first to go. Used by one pass at a time.
struct PrefixCache {
  /// The start of a sequence that is known.
  struct Known {
    var tokens = 0
    /// The panels of those tokens from position 0 on; of the last one the first columns may count alone.
    var panels: [FloatBuffer] = []
  }

  private struct Node {
    var tokens: [Int32]
    /// Keys and values; nil for a root, which has no tokens.
    var memory: FloatBuffer?
    var parent: Int
    /// In the order of their tokens.
    var children: [Int] = []
    /// Neighbours in the order of use; -1 for none.
    var newer = -1
    var older = -1
    var lastPass = 0
  }

  private let panelSize: Int
  private let floatsPerPanel: Int
  /// Panels that may be held.
  private let limit: Int
  private var nodes: [Node] = []
  private var freeNodes: [Int] = []
  /// Of each variant of the rotary embeddings, with which keys differ.
  private var roots: [[Int]: Int] = [:]
  private var newest = -1
  private var oldest = -1
  private var pass = 0
  private(set) var counts = PrefixCounts()

  /// - Parameters:
  ///   - floats: of one panel in all layers.
  ///   - bytes: the most that is held.
  init(panelSize: Int, floatsPerPanel floats: Int, bytes: Int) {
    self.panelSize = panelSize
    floatsPerPanel = floats
    limit = max(bytes, 0) / (floats * MemoryLayout<Float>.stride)
    counts.limit = max(bytes, 0)
  }

  /// Whether it can hold anything at all.
  var isUseful: Bool { limit > 0 }

  /// What is used from now on does not go before the next pass.
  mutating func beginPass() { pass += 1 }

  mutating func count(tokens: Int, hits: Int) {
    counts.tokens += tokens
    counts.hits += hits
  }

  // MARK: - Look-up

  /// The longest known start of a sequence, which is thereby used.
  mutating func find(_ sequence: [Int32], variant: [Int]) -> Known {
    var known = Known()
    guard var node = roots[variant] else { return known }
    var path: [Int] = []
    while known.tokens < sequence.count {
      let rest = known.tokens..<min(known.tokens + panelSize, sequence.count)
      guard let (child, common) = closest(to: sequence, rest, below: node),
        let memory = nodes[child].memory
      else { break }
      known.tokens += common
      known.panels.append(memory)
      path.append(child)
      guard common == panelSize else { break }
      node = child
    }
    touch(path)
    return known
  }

  /// The child that begins most like a part of the sequence, and by how many tokens; nil for none.
  private func closest(
    to sequence: [Int32], _ part: Range<Int>, below node: Int
  ) -> (child: Int, common: Int)? {
    let children = nodes[node].children
    let place = lowerBound(of: sequence, part, in: children)
    // What comes right before it or right after it in order has most in common with it.
    let near = [place - 1, place].filter(children.indices.contains).map { children[$0] }
    let found = near.map { (child: $0, common: common(sequence, part, nodes[$0].tokens)) }
    guard let best = found.max(by: { $0.common < $1.common }), best.common > 0 else { return nil }
    return best
  }

  /// The first of these nodes that does not come before the part.
  private func lowerBound(of sequence: [Int32], _ part: Range<Int>, in children: [Int]) -> Int {
    var (low, high) = (0, children.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(nodes[children[middle]].tokens, sequence, part) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  private func common(_ sequence: [Int32], _ part: Range<Int>, _ tokens: [Int32]) -> Int {
    let limit = min(part.count, tokens.count)
    var count = 0
    while count < limit, sequence[part.lowerBound + count] == tokens[count] { count += 1 }
    return count
  }

  private func isBefore(_ tokens: [Int32], _ sequence: [Int32], _ part: Range<Int>) -> Bool {
    let same = common(sequence, part, tokens)
    guard same < tokens.count else { return same < part.count }
    return same < part.count && tokens[same] < sequence[part.lowerBound + same]
  }

  // MARK: - Change

  /// Makes room for a sequence's panels that are not known yet, as far as there is any.
  ///
  /// - Returns: the panels, each by its place in the sequence, whose memory the pass is to fill.
  mutating func insert(
    _ sequence: [Int32], variant: [Int]
  ) -> [(place: Int, memory: FloatBuffer)] {
    var made: [(place: Int, memory: FloatBuffer)] = []
    var node = root(variant)
    var path: [Int] = []
    for start in stride(from: 0, to: sequence.count, by: panelSize) {
      let part = start..<min(start + panelSize, sequence.count)
      if let (child, common) = closest(to: sequence, part, below: node), common == part.count {
        path.append(child)
        node = child
        // What goes on below it begins with a whole panel.
        guard nodes[child].tokens.count == panelSize, part.count == panelSize else { break }
        continue
      }
      // What is used in this pass stays: it is at the front.
      touch(path)
      guard let memory = room() else { break }
      dropBeginning(of: sequence, part, below: node)
      node = add(Array(sequence[part]), memory, below: node)
      path.append(node)
      made.append((start / panelSize, memory))
    }
    touch(path)
    return made
  }

  private mutating func root(_ variant: [Int]) -> Int {
    if let root = roots[variant] { return root }
    let root = take(Node(tokens: [], memory: nil, parent: -1))
    roots[variant] = root
    return root
  }

  private mutating func take(_ node: Node) -> Int {
    guard let free = freeNodes.popLast() else {
      nodes.append(node)
      return nodes.count - 1
    }
    nodes[free] = node
    return free
  }

  private mutating func add(_ tokens: [Int32], _ memory: FloatBuffer, below parent: Int) -> Int {
    let place = lowerBound(of: tokens, tokens.indices, in: nodes[parent].children)
    let node = take(Node(tokens: tokens, memory: memory, parent: parent))
    nodes[parent].children.insert(node, at: place)
    link(node)
    counts.entries += 1
    counts.bytes += floatsPerPanel * MemoryLayout<Float>.stride
    return node
  }

  /// A leaf whose tokens are the beginning of a longer panel that takes its place.
  private mutating func dropBeginning(of sequence: [Int32], _ part: Range<Int>, below node: Int) {
    guard let (child, common) = closest(to: sequence, part, below: node),
      common == nodes[child].tokens.count, common < part.count
    else { return }
    drop(child)
  }

  /// Memory for one more panel: new, or that of the panel that was not used for longest; nil where all are
  /// in use by this pass.
  private mutating func room() -> FloatBuffer? {
    guard counts.entries >= limit else { return FloatBuffer(count: floatsPerPanel) }
    guard oldest >= 0, nodes[oldest].lastPass != pass, let memory = nodes[oldest].memory else {
      return nil
    }
    drop(oldest)
    counts.evictions += 1
    return memory
  }

  private mutating func drop(_ node: Int) {
    unlink(node)
    nodes[nodes[node].parent].children.removeAll { $0 == node }
    nodes[node].memory = nil
    freeNodes.append(node)
    counts.entries -= 1
    counts.bytes -= floatsPerPanel * MemoryLayout<Float>.stride
  }

  // MARK: - Order of use

  /// - Parameter path: nodes from the top down.
  private mutating func touch(_ path: [Int]) {
    for node in path.reversed() {
      unlink(node)
      link(node)
    }
  }

  private mutating func link(_ node: Int) {
    nodes[node].lastPass = pass
    nodes[node].newer = -1
    nodes[node].older = newest
    if newest >= 0 { nodes[newest].newer = node }
    newest = node
    if oldest < 0 { oldest = node }
  }

  private mutating func unlink(_ node: Int) {
    let (newer, older) = (nodes[node].newer, nodes[node].older)
    if newer >= 0 { nodes[newer].older = older } else { newest = older }
    if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
  }
}
