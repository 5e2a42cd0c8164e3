/// Responses less what their prompt has in common.

/// Rows of responses, those of a prompt together; all values are less their prompt's mean.
///
/// Values that are all alike in a prompt come to exactly 0.
struct CentredResponses {
  /// The rows of each prompt, [prompt].
  let prompts: [Range<Int>]
  /// The experts' shares, [row][blocks of features]; features are [layers · experts].
  let shares: [[SIMD8<Double>]]
  let features: Int
  /// Nil unless all responses have one.
  let score: [Double]?
  let length: [Double]

  /// - Returns: nil where fewer than two prompts have two or more responses; others are left out.
  init?(_ sample: ResponseSample) {
    let groups = sample.prompts.filter { $0.count > 1 }
    guard groups.count > 1 else { return nil }
    var start = 0
    prompts = groups.map { group in
      start += group.count
      return start - group.count..<start
    }
    features = groups[0][0].shares.count
    shares = groups.flatMap(Self.centredShares)
    length = groups.flatMap { $0.map(\.length).centred }
    let scores = groups.map { $0.compactMap(\.score) }
    let isScored = zip(groups, scores).allSatisfy { $0.count == $1.count }
    score = isScored ? scores.flatMap(\.centred) : nil
  }

  private static func centredShares(_ group: [ResponseSample.Response]) -> [[SIMD8<Double>]] {
    var rows = group.map { [Double](repeating: 0, count: $0.shares.count) }
    for feature in group[0].shares.indices {
      let values = group.map { Double($0.shares[feature]) }.centred
      for (row, value) in values.enumerated() { rows[row][feature] = value }
    }
    return rows.map { [SIMD8<Double>](packing: $0[...]) }
  }

  var count: Int { length.count }

  /// Σ a b over each prompt's rows, [prompt].
  func sums(_ a: [Double], _ b: [Double]) -> [Double] {
    prompts.map { $0.reduce(0) { $0 + a[$1] * b[$1] } }
  }

  /// One feature, [row].
  func feature(_ index: Int) -> [Double] { shares.map { $0.number(index) } }

  /// Products of rows of shares, [row, row].
  ///
  /// In runs of 64 blocks, of which those of 1,000 rows fit the second cache.
  var gram: [Double] {
    var gram = [Double](repeating: 0, count: count * count)
    let width = shares[0].count
    for start in stride(from: 0, to: width, by: 64) {
      let run = start..<min(start + 64, width)
      for row in 0..<count {
        for column in 0...row {
          var sums = SIMD8<Double>.zero
          for block in run { sums += shares[row][block] * shares[column][block] }
          gram[row * count + column] += sums.sum()
        }
      }
    }
    for row in 0..<count {
      for column in 0..<row { gram[column * count + row] = gram[row * count + column] }
    }
    return gram
  }
}

extension [Double] {
  /// Less the mean; taken from the first value, so that values all alike come to exactly 0.
  fileprivate var centred: [Double] {
    guard let first else { return [] }
    let differences = map { $0 - first }
    let mean = differences.reduce(0, +) / Double(count)
    return differences.map { $0 - mean }
  }
}
