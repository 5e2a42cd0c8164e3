/// Sequences of different lengths, one after another, with nothing between them.

struct RaggedBatch {
  /// Token ids of all sequences, [rowCount].
  let tokens: [Int32]
  /// Position of each row in its own sequence, [rowCount].
  let positions: [Int]
  /// Index of each row's sequence, [rowCount].
  let sequenceOfRow: [Int]
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
    var sequenceOfRow: [Int] = []
    for (index, sequence) in sequences.enumerated() {
      sequenceOfRow += Array(repeating: index, count: sequence.count)
      extents.append((tokens.count, sequence.count))
      firstPanels.append(panels)
      tokens += sequence
      positions += 0..<sequence.count
      panelOfRow += (0..<sequence.count).map { panels + $0 / panelSize }
      panels += (sequence.count + panelSize - 1) / panelSize
    }
    self.tokens = tokens
    self.positions = positions
    self.sequenceOfRow = sequenceOfRow
    self.sequences = extents
    self.panelOfRow = panelOfRow
    self.firstPanels = firstPanels
    panelCount = panels
  }

  var rowCount: Int { tokens.count }
}
