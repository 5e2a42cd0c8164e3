/// How far two people agree on which response is better.
package import TareCore

/// Of the pairs that both have labelled and neither has skipped.
package struct LabelAgreement: Sendable, Hashable {
  package enum Choice: Int, Sendable, CaseIterable { case calibrated, raw, tie }

  package let first: String
  package let second: String
  package let pairs: Int
  /// Pairs that both label alike.
  package let same: Int
  /// Cohen's kappa (1960) over calibrated, raw and tie, 0 for agreement by chance; nil where both always give the
  /// same one label.
  package let kappa: Double?
  /// 95%, by Cohen's large-sample error; nil where kappa is.
  package let interval: ClosedRange<Double>?

  /// - Parameter choices: of the first and of the second person, a pair each; at least one.
  package init(
    _ first: String, _ second: String, _ choices: [(first: Choice, second: Choice)]
  ) {
    (self.first, self.second, pairs) = (first, second, choices.count)
    same = choices.count { $0.first == $0.second }
    let count = Double(choices.count)
    let observed = Double(same) / count
    let expected = Choice.allCases.reduce(0.0) { sum, choice in
      sum + Double(choices.count { $0.first == choice })
        * Double(choices.count { $0.second == choice }) / (count * count)
    }
    guard !choices.isEmpty, expected < 1 else {
      (kappa, interval) = (nil, nil)
      return
    }
    let kappa = (observed - expected) / (1 - expected)
    self.kappa = kappa
    let error =
      (observed * (1 - observed) / (count * (1 - expected) * (1 - expected))).squareRoot()
    interval = max(-1, kappa - 1.96 * error)...min(1, kappa + 1.96 * error)
  }

  package var share: Double { Double(same) / Double(max(pairs, 1)) }

  package var json: JSONValue {
    [
      "labellers": [.string(first), .string(second)], "pairs": .int(pairs), "same": .int(same),
      "share": .double(share), "kappa": kappa.map { .double($0) } ?? .null,
      "kappa_interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
    ]
  }
}
