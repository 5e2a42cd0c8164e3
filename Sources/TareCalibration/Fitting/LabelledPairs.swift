/// Pairs of responses to one prompt of which one is better.
internal import TareCore

/// All pairs of a prompt whose labels differ, the better one first; every prompt weighs alike.
struct LabelledPairs {
  /// Rows of the table, [pair].
  private(set) var better: [Int] = []
  private(set) var worse: [Int] = []
  /// The prompt of each pair, [pair].
  private(set) var prompt: [Int] = []
  /// One over the prompt's pairs, [pair].
  private(set) var weight: [Double] = []
  private(set) var prompts = 0

  /// Responses of a prompt that each one is paired with, at most: a prompt of a thousand responses
  /// has half a million pairs that say little more than these.
  private static let partners = 32

  /// - Returns: nil without labels or prompts.
  init?(_ table: CalibrationTable) {
    guard let labels = table.labels, let groups = table.prompts else { return nil }
    var random = Xoshiro256(seed: 1)
    for rows in groups.rows {
      // Partners must not be those that happen to stand near in the file.
      let rows = rows.count > Self.partners + 1 ? rows.shuffled(using: &random) : rows
      let start = better.count
      for (position, first) in rows.enumerated() {
        for second in rows[(position + 1)...].prefix(Self.partners)
        where labels[first] != labels[second] {
          let isFirst = labels[first] > labels[second]
          better.append(isFirst ? first : second)
          worse.append(isFirst ? second : first)
          prompt.append(prompts)
        }
      }
      let pairs = better.count - start
      guard pairs > 0 else { continue }
      weight += [Double](repeating: 1 / Double(pairs), count: pairs)
      prompts += 1
    }
  }

  var count: Int { better.count }

  /// Better less worse of a column, [pair].
  func differences(_ column: [Double]) -> [Double] {
    zip(better, worse).map { column[$0] - column[$1] }
  }
}
