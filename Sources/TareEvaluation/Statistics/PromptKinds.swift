/// The prompts of a stratum by what they add to sums and counts: few kinds of many prompts.
internal import TareCore

struct PromptKinds {
  private let width: Int
  private let prompts: Int
  /// In an order of their own, [kind, column, sum and count].
  private let values: [Double]
  /// How many prompts each kind has, [kind].
  private let sizes: [Int]

  /// More kinds than these are no fewer draws than prompts.
  private static let most = 1024

  /// Of each stratum; nil if one has too many kinds.
  static func all(of strata: [PromptSums]) -> [PromptKinds]? {
    var all: [PromptKinds] = []
    for stratum in strata {
      guard let kinds = PromptKinds(stratum) else { return nil }
      all.append(kinds)
    }
    return all
  }

  private init?(_ sums: PromptSums) {
    width = sums.width
    prompts = sums.prompts
    var known: [[UInt64]: Int] = [:]
    var last: (start: Int, kind: Int)?
    var sizes: [Int] = []
    for prompt in 0..<sums.prompts {
      let start = prompt * width
      if let last,
        (0..<width).allSatisfy({ sums.values[start + $0] == sums.values[last.start + $0] })
      {
        sizes[last.kind] += 1
        continue
      }
      // -0 is 0.
      let key = (0..<width).map { (sums.values[start + $0] + 0).bitPattern }
      let kind = known[key] ?? sizes.count
      if kind == sizes.count {
        guard kind < Self.most else { return nil }
        known[key] = kind
        sizes.append(0)
      }
      sizes[kind] += 1
      last = (start, kind)
    }
    let sorted = known.sorted { first, second in
      first.key.lexicographicallyPrecedes(second.key)
    }
    values = sorted.flatMap { $0.key.map { Double(bitPattern: $0) } }
    self.sizes = sorted.map { sizes[$0.value] }
  }

  /// Draws how many prompts of each kind a resample has, and puts their sums at the stratum's place: the
  /// multinomial as one binomial after another, each of what the kinds before left.
  func addResample(
    _ random: inout Xoshiro256, to sums: inout [Double], at stratum: Int
  ) {
    let start = stratum * width
    for index in start..<start + width { sums[index] = 0 }
    var draws = prompts
    var rest = prompts
    for (kind, size) in sizes.enumerated() where draws > 0 {
      let drawn =
        size == rest ? draws : random.binomial(draws, Double(size) / Double(rest))
      draws -= drawn
      rest -= size
      for index in 0..<width {
        sums[start + index] += Double(drawn) * values[kind * width + index]
      }
    }
  }
}
