/// Probabilities of orders with standard deviations: by hand, and where the truth is planted.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct UncertainOrdersTests {
  private func measured(_ pairs: [UncertainOrders.Pair]) throws -> UncertainOrders {
    try UncertainOrders(pairs, Bootstrap(resamples: 200))
  }

  /// √(1 + π s² / 8) = 2 for s = √(24 / π): of a margin of 2 log 3 the probability is then 3/4, and 9/10
  /// without the deviation.
  @Test func `numbers are those of a calculation by hand`() throws {
    let s = (24 / Double.pi).squareRoot()
    let margin = 2 * log(3.0)
    let found = try measured([
      .init(margin: margin, deviation: s, prompt: "a"),
      .init(margin: -margin, deviation: s, prompt: "b"),
    ])
    #expect(abs(found.with.brier.value - (0.25 * 0.25 + 0.75 * 0.75) / 2) < 1e-12)
    #expect(abs(found.without.brier.value - (0.1 * 0.1 + 0.9 * 0.9) / 2) < 1e-12)
    #expect(abs(found.with.logLoss.value + (log(0.75) + log(0.25)) / 2) < 1e-12)
    let change = found.with.logLoss.value - found.without.logLoss.value
    #expect(abs(found.logLossChange.value - change) < 1e-12)
    #expect(abs(found.with.reliability.error - 0.25) < 1e-12)
    #expect(abs(found.meanDeviation - s) < 1e-12)
    // The margin is 0.79 deviations.
    #expect(found.sure.map(\.pairs) == [2, 2, 0, 0, 0, 0])
    #expect(found.sure[0].accuracy?.value == 0.5 && found.sure[2].accuracy == nil)
    #expect(abs((found.sure[0].predicted ?? 0) - 0.75) < 1e-12)
  }

  @Test func `without deviations both are the same`() throws {
    let found = try measured([.init(margin: 1, deviation: 0, prompt: "a")])
    #expect(found.logLossChange.value == 0 && found.brierChange.value == 0)
    #expect(throws: TareError.self) { try measured([]) }
  }

  /// True margins are normal about those of the head with the deviation that it says, and the order is
  /// drawn from the true one.
  @Test func `with the true deviation probabilities hold, without it they do not`() throws {
    var generator = SplitMix(state: 2)
    func normal() -> Double {
      let radius = (-2 * log(Double.random(in: 1e-300..<1, using: &generator))).squareRoot()
      return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
    let pairs = (0..<4000).map { index in
      let (margin, deviation) = (abs(2 * normal()), Double.random(in: 0...4, using: &generator))
      let truth = margin + deviation * normal()
      let isRight = Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-truth))
      return UncertainOrders.Pair(
        margin: isRight ? margin : -margin, deviation: deviation, prompt: "\(index)")
    }
    let found = try measured(pairs)
    // MacKay's form is within 0.02 of the integral here, which a test of 4,000 pairs may just see.
    #expect(found.with.reliability.error < found.with.reliability.calibratedMost + 0.02)
    #expect(found.without.reliability.p < 0.01 && found.without.reliability.error > 0.05)
    #expect((found.logLossChange.interval?.upperBound ?? 1) < 0)
    #expect((found.brierChange.interval?.upperBound ?? 1) < 0)
    for level in found.sure where level.pairs > 300 {
      let accuracy = try #require(level.accuracy)
      let predicted = try #require(level.predicted)
      // Three standard errors of a share of at least 300, and the form's 0.02.
      let error = 3 * (accuracy.value * (1 - accuracy.value) / Double(level.pairs)).squareRoot()
      #expect(abs(accuracy.value - predicted) < error + 0.02, "\(level.z)")
    }
    let accuracies = found.sure.compactMap(\.accuracy?.value)
    #expect(accuracies.last ?? 0 > accuracies[0] + 0.05)
  }
}
