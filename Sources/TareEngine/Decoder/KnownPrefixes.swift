/// What a pass takes from the prefix cache, and what it leaves there.

struct KnownPrefixes {
  private let sequences: [[Int32]]
  private let variants: [[Int]]
  /// For each sequence the first position that is read, at most its last.
  let firstReads: [Int]
  /// For each sequence how many of its first tokens are known.
  private(set) var known: [Int]
  private(set) var transfer = PrefixTransfer()
  private var panels: [[FloatBuffer]]

  init(_ sequences: [[Int32]], _ variants: [[Int]], _ positions: [[Int]]) {
    self.sequences = sequences
    self.variants = variants
    firstReads = zip(sequences, positions).map { min($0.count - 1, $1.min() ?? $0.count) }
    known = Array(repeating: 0, count: sequences.count)
    panels = Array(repeating: [], count: sequences.count)
  }

  /// Looks all sequences up. What is read is computed, known or not.
  mutating func find(in cache: inout PrefixCache?) {
    guard cache != nil else { return }
    cache?.beginPass()
    for index in sequences.indices {
      guard let found = cache?.find(sequences[index], variant: variants[index]) else { continue }
      known[index] = min(found.tokens, firstReads[index])
      panels[index] = found.panels
    }
    cache?.count(
      tokens: sequences.reduce(0) { $0 + $1.count }, hits: known.reduce(0, +))
  }

  /// Plans what comes from the cache, and what is kept of the tree's branches.
  mutating func makeRoom(in cache: inout PrefixCache?, _ tree: TokenTree) {
    guard cache != nil else { return }
    for branch in tree.branches {
      for place in branch.known {
        transfer.loads.append(
          .init(panel: Int(branch.panels[place]), memory: panels[branch.sequence][place]))
      }
      let index = branch.sequence
      let made = cache?.insert(sequences[index], variant: variants[index]) ?? []
      transfer.saves += made.map { .init(panel: Int(branch.panels[$0.place]), memory: $0.memory) }
    }
  }
}
