/// Sequences of different lengths, one after another, with nothing between them.

struct RaggedBatch {
  /// Token ids of all sequences, [rowCount].
  let tokens: [Int32]
  /// Position of each row in its own sequence, [rowCount].
  let positions: [Int]
  /// Each sequence's first row and length.
  let sequences: [(start: Int, count: Int)]

  init(_ sequences: [[Int32]]) {
    var tokens: [Int32] = []
    var extents: [(start: Int, count: Int)] = []
    for sequence in sequences {
      extents.append((tokens.count, sequence.count))
      tokens += sequence
    }
    self.tokens = tokens
    self.sequences = extents
    positions = sequences.flatMap { 0..<$0.count }
  }

  var rowCount: Int { tokens.count }
}
