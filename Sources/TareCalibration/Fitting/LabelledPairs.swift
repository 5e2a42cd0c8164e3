/// Pairs of responses to one prompt of which one is better.
internal import TareCore

/// All pairs of a prompt whose labels differ, the better one first; every prompt weighs alike. Where a
/// prompt was given as several pairs, these alone: nobody compared the responses of different ones.
struct LabelledPairs {
  /// Rows of the table, [pair].
  private(set) var better: [Int32] = []
  private(set) var worse: [Int32] = []
  /// The prompt of each pair, [pair].
  private(set) var prompt: [Int32] = []
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
    let members = groups.members
    reserve(table.count)
    for group in 0..<groups.count {
      var rows = members[group]
      if let given = table.pairs, Self.hasSeveral(rows, given) {
        addGivenPairs(of: Array(rows), given, labels, table)
        continue
      }
      // Partners must not be those that happen to stand near in the file.
      if rows.count > Self.partners + 1 { rows = rows.shuffled(using: &random)[...] }
      let start = better.count
      for first in rows.indices {
        let partners = rows[(first + 1)...].prefix(Self.partners)
        for second in partners { add(rows[first], second, labels) }
      }
      endPrompt(from: start)
    }
  }

  /// How many prompts have a pair, without finding all.
  static func promptCount(_ table: CalibrationTable) -> Int {
    guard let labels = table.labels, let groups = table.prompts else { return 0 }
    let members = groups.members
    return (0..<groups.count).count { group in
      let rows = members[group]
      guard let given = table.pairs, hasSeveral(rows, given) else {
        return rows.contains { labels[Int($0)] != labels[Int(rows[rows.startIndex])] }
      }
      return Dictionary(grouping: rows) { given[Int($0)] }.values.contains { rows in
        rows.contains { labels[Int($0)] != labels[Int(rows[0])] }
      }
    }
  }

  private static func hasSeveral(_ rows: ArraySlice<Int32>, _ given: [Int32]) -> Bool {
    rows.contains { given[Int($0)] != given[Int(rows[rows.startIndex])] }
  }

  private mutating func reserve(_ count: Int) {
    better.reserveCapacity(count)
    worse.reserveCapacity(count)
    prompt.reserveCapacity(count)
    weight.reserveCapacity(count)
  }

  private mutating func add(_ first: Int32, _ second: Int32, _ labels: [Double]) {
    let (labelOfFirst, labelOfSecond) = (labels[Int(first)], labels[Int(second)])
    guard labelOfFirst != labelOfSecond else { return }
    let isFirst = labelOfFirst > labelOfSecond
    better.append(isFirst ? first : second)
    worse.append(isFirst ? second : first)
    prompt.append(Int32(prompts))
  }

  /// - Parameter rows: of a prompt, in an order that what they hold decides.
  private mutating func addGivenPairs(
    of rows: [Int32], _ given: [Int32], _ labels: [Double], _ table: CalibrationTable
  ) {
    let start = better.count
    var found: [(better: Int32, worse: Int32)] = []
    for members in Dictionary(grouping: rows, by: { given[Int($0)] }).values {
      for (position, first) in members.enumerated() {
        for second in members[(position + 1)...].prefix(Self.partners)
        where labels[Int(first)] != labels[Int(second)] {
          found.append(
            labels[Int(first)] > labels[Int(second)] ? (first, second) : (second, first))
        }
      }
    }
    // Pairs are numbered as they stand in the file, which must decide nothing: by their numbers alone.
    func numbers(_ pair: (better: Int32, worse: Int32)) -> [Double] {
      [Int(pair.better), Int(pair.worse)].flatMap { row in
        [table.scores[row]] + table.columns.map { $0[row] }
      }
    }
    for pair in found.map({ ($0, numbers($0)) })
      .sorted(by: { $0.1.lexicographicallyPrecedes($1.1) }).map(\.0)
    {
      better.append(pair.better)
      worse.append(pair.worse)
      prompt.append(Int32(prompts))
    }
    endPrompt(from: start)
  }

  /// - Parameter start: of the prompt's pairs.
  private mutating func endPrompt(from start: Int) {
    let pairs = better.count - start
    guard pairs > 0 else { return }
    for _ in 0..<pairs { weight.append(1 / Double(pairs)) }
    prompts += 1
  }

  var count: Int { better.count }

  /// The root mean square of differences, every prompt weighing alike; 1 where all are 0.
  func spread(of differences: [Double]) -> Double {
    let sum = zip(differences, weight).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    let spread = (sum / Double(max(1, prompts))).squareRoot()
    return spread > 0 ? spread : 1
  }

  /// Better less worse of a column, [pair].
  func differences(_ column: [Double]) -> [Double] {
    zip(better, worse).map { column[Int($0)] - column[Int($1)] }
  }
}
