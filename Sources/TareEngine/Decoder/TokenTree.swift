/// The sequences of a batch as a tree of token prefixes: what several have in common stands once.
///
/// Rows are tokens. A sequence that shares a prefix with the one before it (in lexicographic order)
/// has rows of its own from where they part, and its path leads through the other's rows before
/// that. Keys and values stand in panels of 64 positions that start at position 0 of the sequence,
/// wherever its path branches, so that attention sums in the same order with sharing and without. A
/// panel in which a path branches is the branch's own, and the rows before the branch are written
/// to it too.
///
/// The first tokens of a sequence may be known: their keys and values come from the prefix cache, and
/// they have no rows.
struct TokenTree {
  /// The rows of one sequence that no sequence before it has.
  struct Branch {
    /// Position of the first row of its own.
    let start: Int
    /// Positions of the whole sequence.
    let end: Int
    /// First row of its own.
    let row: Int
    /// Panels of the whole sequence in order.
    let panels: [Int32]
    /// The variant of each rotary embedding (`RotarySpec.variant`).
    let variants: [Int]
    /// Stretches of rows from position 0 on: the first position of each and its row.
    let path: [(position: Int, row: Int)]
    /// The first position from which on the whole path has rows: 0 where nothing is known.
    let firstRow: Int
    /// Panels of its own whose first columns are known, by their place in the sequence.
    let known: Range<Int>
    /// The sequence that it was made for.
    let sequence: Int

    /// The row of a position of the sequence.
    func row(of position: Int) -> Int {
      let stretch = path.last { $0.position <= position } ?? path[0]
      return stretch.row + position - stretch.position
    }
  }

  /// Token ids, [rowCount].
  private(set) var tokens: [Int32] = []
  /// Position of each row in its sequence, [rowCount].
  private(set) var positions: [Int] = []
  /// Branch of each row, [rowCount].
  private(set) var branchOfRow: [Int] = []
  private(set) var branches: [Branch] = []
  /// Branch of each sequence, in the sequences' order.
  private(set) var branchOfSequence: [Int]
  private(set) var panelCount = 0
  /// Panels beside its own that a row is written to.
  private(set) var copies: [Int: [Int32]] = [:]

  var rowCount: Int { tokens.count }

  /// - Parameters:
  ///   - sequences: token ids, at least one each.
  ///   - variants: for each sequence the variant of each rotary embedding; sequences with different
  ///     ones share nothing.
  ///   - sharesPrefixes: false gives every sequence rows of its own.
  ///   - known: for each sequence how many of its first tokens are known, at most those before the first
  ///     that is read, else at least as many as it shares with another that knows them. Empty for none.
  ///   - firstReads: for each sequence the first position that is read. Empty where nothing is known.
  init(
    _ sequences: [[Int32]], variants: [[Int]], panelSize: Int, sharesPrefixes: Bool = true,
    known: [Int] = [], firstReads: [Int] = []
  ) {
    branchOfSequence = Array(repeating: 0, count: sequences.count)
    var last: [[Int]: Int] = [:]
    for index in TokenPrefixes.order(sequences) {
      let (sequence, variant) = (sequences[index], variants[index])
      let previous = (sharesPrefixes ? last[variant] : nil).flatMap { previous in
        // What is read of this sequence must have a row.
        let firstRow = branches[branchOfSequence[previous]].firstRow
        return firstRow == 0 || firstRow <= firstReads[index] ? previous : nil
      }
      let shared = previous.map { TokenPrefixes.common(sequences[$0], sequence) } ?? 0
      last[variant] = index
      if let previous, shared == sequence.count {
        branchOfSequence[index] = branchOfSequence[previous]
        continue
      }
      branchOfSequence[index] = branches.count
      grow(
        sequence, number: index, shared: shared, known: known.isEmpty ? 0 : known[index],
        parent: previous.map { branches[branchOfSequence[$0]] }, variants: variant,
        panelSize: panelSize)
    }
  }

  /// - Parameters:
  ///   - shared: tokens that it has in common with its parent.
  ///   - known: its first tokens that are known.
  private mutating func grow(
    _ sequence: [Int32], number: Int, shared: Int, known: Int, parent: Branch?, variants: [Int],
    panelSize: Int
  ) {
    let row = rowCount
    let start = max(shared, known)
    // The parent's whole panels are its own, too, be they computed or known.
    let whole = shared / panelSize
    let count = (sequence.count + panelSize - 1) / panelSize
    let own = (0..<(count - whole)).map { Int32(panelCount + $0) }
    panelCount += own.count
    var path: [(position: Int, row: Int)] = []
    var firstRow = known
    if let parent, shared >= known {
      // As many as are known of the parent are known here, or all that they share.
      firstRow = min(parent.firstRow, shared)
      path = parent.path.filter { $0.position < start }
      for position in max(whole * panelSize, known)..<start {
        copies[parent.row(of: position), default: []].append(own[0])
      }
    }
    tokens += sequence[start...]
    positions += start..<sequence.count
    branchOfRow += Array(repeating: branches.count, count: sequence.count - start)
    let end = (known + panelSize - 1) / panelSize
    branches.append(
      Branch(
        start: start, end: sequence.count, row: row,
        panels: (parent?.panels.prefix(whole) ?? []) + own, variants: variants,
        path: path + [(start, row)], firstRow: firstRow, known: whole..<max(whole, end),
        sequence: number))
  }

  /// The row of a position of a sequence.
  func row(sequence: Int, position: Int) -> Int {
    branches[branchOfSequence[sequence]].row(of: position)
  }
}
