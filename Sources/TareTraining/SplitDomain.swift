/// What a head is trained on, and what it is judged by.
package import TareCore

/// A domain's examples in two parts: where they are drawn, the two share no prompt.
package struct SplitDomain<Examples: TrainingExamples>: Sendable {
  package let train: Examples
  /// Never trained on.
  package let test: Examples

  package init(train: Examples, test: Examples) {
    self.train = train
    self.test = test
  }

  /// Holds out what the data say, or about the given share of the prompts.
  ///
  /// Seed and text decide about a prompt: one that two domains share is on the same side in both,
  /// and the order of domains changes nothing. Of a domain so small that a side would stay empty,
  /// one prompt is put there all the same.
  /// - Throws: `TareError.badData` for fewer than two prompts, and where the data leave a side empty.
  package init(
    _ pairs: Examples, testShare: Double, seed: UInt64
  ) throws(TareError) {
    if let isTest = pairs.isHeldOut {
      guard isTest.contains(true), isTest.contains(false) else {
        throw .badData(
          place: "column 'split'",
          found: isTest.contains(true) ? "no training rows" : "no test rows", accepted: "both")
      }
      train = pairs.rows(isTest.indices.filter { !isTest[$0] })
      test = pairs.rows(isTest.indices.filter { isTest[$0] })
      return
    }
    let isTest = try Self.heldOut(pairs.prompts, share: testShare, seed: seed)
    train = pairs.rows(isTest.indices.filter { !isTest[$0] })
    test = pairs.rows(isTest.indices.filter { isTest[$0] })
  }

  /// Which of the prompts are held out, [prompt].
  ///
  /// - Throws: `TareError.badData` for fewer than two prompts.
  package static func heldOut(
    _ prompts: [String], share testShare: Double, seed: UInt64
  ) throws(TareError) -> [Bool] {
    var places: [String: Double] = [:]
    for prompt in prompts where places[prompt] == nil {
      let bytes = Digest(of: "\(seed)\u{0}\(prompt)").bytes
      let number = (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
      places[prompt] = Double(number >> 11) * 0x1p-53
    }
    guard places.count > 1, let first = places.values.min(), let last = places.values.max() else {
      throw .badData(
        place: "pairs", found: "\(places.count == 1 ? "one prompt" : "none")",
        accepted: "at least two prompts, to split into training and evaluation")
    }
    let bound = min(max(testShare, first.nextUp), last)
    return prompts.map { (places[$0] ?? 0) < bound }
  }
}
