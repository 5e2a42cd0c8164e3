/// Estimates from few labels, against references and where the answer is known.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct EstimatesTests {
  /// See Fixtures/estimates.py.
  private struct Reference {
    let json: JSONValue
    init() throws {
      json = try JSONValue(
        parsing: String(contentsOf: fixture("estimates.json"), encoding: .utf8))
    }

    func samples(covariates: Bool) throws -> [PolicySample] {
      try (json["policies"]?.array ?? []).enumerated().map { place, policy in
        let length = try #require(policy["length"]?.numbers)
        return PolicySample(
          name: "policy \(place)",
          scores: try #require(policy["score"]?.numbers),
          labels: try #require(policy["label"]?.array).map { $0.double },
          prompts: try #require(policy["prompt"]?.strings),
          covariates: covariates ? [length] : [])
      }
    }
  }

  @Test func `means by labels and by PPI++ are those of numpy and ppi_py`() throws {
    let reference = try Reference()
    let estimates = try PolicyEstimates(reference.samples(covariates: false))
    for (policy, wanted) in zip(estimates.policies, reference.json["ppi"]?.array ?? []) {
      let labels = try #require(policy.labels)
      #expect(abs(labels.value - (wanted["labels"]?.double ?? 0)) < 1e-12)
      #expect(abs((labels.standardError ?? 0) - (wanted["labels_se"]?.double ?? 0)) < 1e-12)
      let powered = try #require(policy.predictionPowered)
      #expect(abs((policy.lambda ?? 0) - (wanted["lambda"]?.double ?? 0)) < 1e-12)
      #expect(abs(powered.value - (wanted["value"]?.double ?? 0)) < 1e-12)
      let ends = try #require(wanted["interval"]?.numbers)
      // ppi_py divides by n where an unbiased variance divides by n − 1.
      let n = try #require(wanted["n"]?.double)
      let half = (ends[1] - ends[0]) / 2 * (n / (n - 1)).squareRoot()
      #expect(abs((powered.halfWidth ?? 0) - half) < 1e-9)
    }
  }

  @Test(arguments: [("plain", false), ("covariates", true)])
  func `calibrated means, their errors and transport are those of numpy`(
    name: String, covariates: Bool
  ) throws {
    let reference = try Reference()
    let wanted = try #require(reference.json["calibrated"]?[name])
    func numbers(_ key: String) -> [Double] { wanted[key]?.array?.compactMap(\.double) ?? [] }
    let estimates = try PolicyEstimates(reference.samples(covariates: covariates), margin: 0.1)
    // scipy's and this program's isotonic regressions differ by roundings, as do the indices' solutions.
    for (place, policy) in estimates.policies.enumerated() {
      #expect(abs(policy.calibrated.value - numbers("value")[place]) < 1e-8)
      #expect(abs((policy.calibrated.standardError ?? 0) - numbers("se")[place]) < 1e-8)
      let transport = try #require(policy.transport)
      #expect(abs(transport.bias.value - numbers("bias")[place]) < 1e-8)
      #expect(abs((transport.bias.standardError ?? 0) - numbers("bias_se")[place]) < 1e-8)
    }
    let difference = try #require(estimates.differences.first)
    #expect(
      abs(difference.calibrated.value - (numbers("value")[1] - numbers("value")[0])) < 1e-8)
    #expect(
      abs((difference.calibrated.standardError ?? 0) - (wanted["difference_se"]?.double ?? 0))
        < 1e-8)
  }

  /// Scores that follow labels, of `count` prompts with one response each.
  private static func sample(
    _ name: String, count: Int, labelled: Int, mean: Double, noise: Double, shift: Double = 0,
    seed: UInt64
  ) -> PolicySample {
    var normals = Made.Normals(seed: seed)
    var (scores, labels, prompts): ([Double], [Double?], [String]) = ([], [], [])
    for row in 0..<count {
      let label = mean + normals.next()
      scores.append(10 * (label + shift + noise * normals.next()))
      labels.append(row < labelled ? label : nil)
      prompts.append("\(name)\(row)")
    }
    return PolicySample(name: name, scores: scores, labels: labels, prompts: prompts)
  }

  @Test func `good scores narrow the interval, useless ones do not widen it`() throws {
    let good = try PolicyEstimates([
      Self.sample("a", count: 2000, labelled: 100, mean: 1, noise: 0.3, seed: 5)
    ]).policies[0]
    let alone = try #require(good.labels?.halfWidth)
    #expect((good.predictionPowered?.halfWidth ?? 9) < 0.5 * alone)
    #expect((good.calibrated.halfWidth ?? 9) < 0.6 * alone)
    let useless = try PolicyEstimates([
      Self.sample("a", count: 2000, labelled: 100, mean: 1, noise: 1e6, seed: 5)
    ]).policies[0]
    #expect((useless.predictionPowered?.halfWidth ?? 9) < 1.05 * alone)
  }

  @Test func `intervals hold the mean in about 95% of samples`() throws {
    let seeds = 200
    var held = (labels: 0, powered: 0, calibrated: 0, difference: 0)
    for seed in 0..<seeds {
      let estimates = try PolicyEstimates([
        Self.sample("a", count: 200, labelled: 50, mean: 1, noise: 0.7, seed: UInt64(2 * seed + 1)),
        Self.sample(
          "b", count: 200, labelled: 50, mean: 1.3, noise: 0.7, seed: UInt64(2 * seed + 2)),
      ])
      let first = estimates.policies[0]
      if first.labels?.interval?.contains(1) == true { held.labels += 1 }
      if first.predictionPowered?.interval?.contains(1) == true { held.powered += 1 }
      if first.calibrated.interval?.contains(1) == true { held.calibrated += 1 }
      if estimates.differences[0].calibrated.interval?.contains(0.3) == true {
        held.difference += 1
      }
    }
    // Of 200, a binomial error of 1.54 points: three of them about 95%. results/estimates has more.
    for count in [held.labels, held.powered, held.calibrated, held.difference] {
      #expect((181...199).contains(count), "\(held)")
    }
  }

  @Test func `a calibration that does not transport fails, and one that does passes`() throws {
    func result(shift: Double, labelled: Int) throws -> TransportCheck.Result? {
      try PolicyEstimates([
        Self.sample("base", count: 2000, labelled: 600, mean: 0, noise: 0.5, seed: 11),
        Self.sample(
          "new", count: 2000, labelled: labelled, mean: 0, noise: 0.5, shift: shift, seed: 12),
      ]).policies[1].transport?.result
    }
    #expect(try result(shift: 0, labelled: 600) == .pass)
    #expect(try result(shift: 1.5, labelled: 600) == .fail)
    #expect(try result(shift: 0, labelled: 8) == .inconclusive)
  }

  @Test func `the budget is what its labels give`() throws {
    func estimate(_ labelled: Int) throws -> PolicyEstimates.Policy {
      try PolicyEstimates(
        [Self.sample("a", count: 20_000, labelled: labelled, mean: 0, noise: 0.5, seed: 21)],
        halfWidth: { _ in 0.05 }
      ).policies[0]
    }
    let budget = try #require(try estimate(300).budget)
    let alone = try #require(budget.labels)
    let powered = try #require(budget.predictionPowered)
    #expect(powered < alone / 2)
    // A variance of 1 takes (1.96 / 0.05)² = 1,537 labels; that of 300 labels is known to 8%.
    #expect(abs(Double(alone) / 1537 - 1) < 0.25)
    let reached = try #require(try estimate(powered).predictionPowered?.halfWidth)
    #expect(abs(reached / 0.05 - 1) < 0.2, "\(reached)")
  }

  @Test func `a policy without labels gets the others' curve, and is said to`() throws {
    let estimates = try PolicyEstimates([
      Self.sample("base", count: 1000, labelled: 300, mean: 0, noise: 0.5, seed: 31),
      Self.sample("new", count: 1000, labelled: 0, mean: 0.5, noise: 0.5, seed: 32),
    ])
    let policy = estimates.policies[1]
    #expect(!policy.isCorrected && policy.labels == nil && policy.predictionPowered == nil)
    #expect(policy.transport == nil && policy.budget == nil)
    #expect(policy.calibrated.interval != nil)
    #expect(estimates.differences[0].labels == nil)
    #expect(estimates.differences[0].calibrated.value > 0.2)
  }

  @Test func `the order of rows does not count, and too few labels are refused`() throws {
    let sample = Self.sample("a", count: 200, labelled: 40, mean: 0, noise: 0.5, seed: 41)
    let turned = PolicySample(
      name: "a", scores: sample.scores.reversed(), labels: sample.labels.reversed(),
      prompts: sample.prompts.reversed())
    let (first, second) = try (
      PolicyEstimates([sample]).policies[0], PolicyEstimates([turned]).policies[0]
    )
    #expect(abs(first.calibrated.value - second.calibrated.value) < 1e-12)
    #expect(
      abs((first.calibrated.standardError ?? 0) - (second.calibrated.standardError ?? 1)) < 1e-12)
    // Without the group of its one prompt nothing is left of a policy.
    let one = PolicySample(name: "b", scores: [2], labels: [nil], prompts: ["z"])
    #expect(try PolicyEstimates([sample, one]).policies[1].calibrated.interval == nil)
    let few = Self.sample("a", count: 200, labelled: 9, mean: 0, noise: 0.5, seed: 41)
    #expect(throws: TareError.self) { try PolicyEstimates([few]) }
  }
}

extension JSONValue {
  fileprivate var numbers: [Double]? { array?.compactMap { $0.double } }
  fileprivate var strings: [String]? { array?.compactMap { $0.string } }
}
