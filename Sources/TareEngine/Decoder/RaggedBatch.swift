/// Sequences of different lengths, one after another, with nothing between them.

struct RaggedBatch {
  /// Token ids of all sequences, [rowCount].
  let tokens: [Int32]
  /// Position of each row in its own sequence, [rowCount].
  let positions: [Int]
  /// Each sequence's first row and length.
  let sequences: [(start: Int, count: Int)]
  /// First key panel of the sequence of each row, [rowCount].
  let panelOfRow: [Int]
  /// First key panel of each sequence.
  let firstPanels: [Int]
  let panelCount: Int

  init(_ sequences: [[Int32]], panelSize: Int) {
    var tokens: [Int32] = []
    var positions: [Int] = []
    var extents: [(start: Int, count: Int)] = []
    var panelOfRow: [Int] = []
    var firstPanels: [Int] = []
    var panels = 0
    for sequence in sequences {
      extents.append((tokens.count, sequence.count))
      firstPanels.append(panels)
      tokens += sequence
      positions += 0..<sequence.count
      panelOfRow += (0..<sequence.count).map { panels + $0 / panelSize }
      panels += (sequence.count + panelSize - 1) / panelSize
    }
    self.tokens = tokens
    self.positions = positions
    self.sequences = extents
    self.panelOfRow = panelOfRow
    self.firstPanels = firstPanels
    panelCount = panels
  }

  var rowCount: Int { tokens.count }
  var longest: Int { sequences.map(\.count).max() ?? 0 }
}
