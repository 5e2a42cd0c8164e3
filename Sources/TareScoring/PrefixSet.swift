internal import TareEngine

/// Token sequences in lexicographic order, one beside the others that it shares most with.
package struct PrefixSet: Sendable {
  /// Ascending, each once.
  private var sequences: [[Int32]] = []

  package init() {}

  /// The length of the longest start of a sequence that one of the set has too, and where the sequence
  /// belongs in the order: O(log n) comparisons, as it shares most with the neighbours of that place.
  package func longestShared(_ sequence: [Int32]) -> (count: Int, place: Int) {
    var (low, high) = (0, sequences.count)
    while low < high {
      let middle = (low + high) / 2
      if TokenPrefixes.order(sequences[middle], sequence) < 0 {
        low = middle + 1
      } else {
        high = middle
      }
    }
    var shared = 0
    if low > 0 { shared = TokenPrefixes.common(sequences[low - 1], sequence) }
    if low < sequences.count {
      shared = max(shared, TokenPrefixes.common(sequences[low], sequence))
    }
    return (shared, low)
  }

  /// - Parameter place: where `longestShared` found that the sequence belongs.
  package mutating func insert(_ sequence: [Int32], at place: Int) {
    guard place == sequences.count || sequences[place] != sequence else { return }
    sequences.insert(sequence, at: place)
  }
}
