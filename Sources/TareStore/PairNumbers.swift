/// Which pairs a run has of one prompt: rows of its input that hold a chosen and a rejected response.
import TareCore

struct PairNumbers {
  /// The number of each response's pair within its prompt; nil for the first, and for what is of no pair,
  /// [response].
  private(set) var numbers: [Int?]

  /// - Parameters:
  ///   - rows: the position of each response's row in the input; those of one row follow each other.
  ///   - prompt: of a response.
  init(rows: [Int], roles: [Role], prompt: (Int) -> PromptKey) {
    numbers = Array(repeating: nil, count: rows.count)
    var counts: [PromptKey: Int] = [:]
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end] == rows[start] { end += 1 }
      if roles[start..<end].contains(.chosen), roles[start..<end].contains(.rejected) {
        let number = counts[prompt(start), default: 0]
        counts[prompt(start)] = number + 1
        if number > 0 {
          for response in start..<end { numbers[response] = number }
        }
      }
      start = end
    }
  }
}
