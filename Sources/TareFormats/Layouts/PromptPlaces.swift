/// The places of a prompt's responses, as they come.

import TareCore

struct PromptPlaces {
  /// The row of the last response.
  private(set) var row: Int?
  private var last: Int?
  private var taken: Set<Int> = []
  private var highest = -1
  /// The numbers of the pairs so far.
  private var pairs: [ExactText: Int] = [:]

  /// - Parameters:
  ///   - position: the place that the table gives it.
  ///   - isGuess: whether the responses are only taken for those of one prompt, so that a place that
  ///     comes again is another response's.
  /// - Returns: nil for a place that is taken.
  mutating func take(
    _ entry: ScoreEntry, _ position: Int?, isGuess: Bool
  ) -> (index: Int, pair: Int?)? {
    var index = position ?? (last.map { $0 + 1 } ?? 0)
    if position != nil, taken.contains(index) {
      guard isGuess else { return nil }
      index = highest + 1
    }
    if position != nil { taken.insert(index) }
    highest = max(highest, index)
    row = entry.row
    last = index
    return (index, pair(of: entry))
  }

  /// The number of the entry's pair within the prompt; nil for the first.
  private mutating func pair(of entry: ScoreEntry) -> Int? {
    guard let pair = entry.pair else { return nil }
    let number = pairs[ExactText(pair)] ?? pairs.count
    pairs[ExactText(pair)] = number
    return number == 0 ? nil : number
  }
}
