/// Drift of scores: against a reference, its error rate over time, and planted cases.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct ScoreDriftTests {
  /// See Fixtures/drift.py.
  private let reference: JSONValue

  init() throws {
    reference = try JSONValue(
      parsing: String(contentsOf: fixture("drift.json"), encoding: .utf8))
  }

  private func numbers(_ key: String) throws -> [Double] {
    try #require(reference[key]?.array).compactMap(\.double)
  }

  private func drift(
    _ before: [Double], _ after: [Double], _ prompts: [String]
  ) -> ScoreDrift {
    ScoreDrift(
      before: before, after: after, prompts: PromptGroups(prompts), alpha: 0.05, planned: 200,
      seed: 1)
  }

  @Test func `intervals of rates are those of numerical integration`() throws {
    for one in try #require(reference["rates"]?.array) {
      let rate = RateSequence(
        events: try #require(one["events"]?.int), of: try #require(one["trials"]?.int), alpha: 0.05)
      let ends = try #require(one["interval"]?.array).compactMap(\.double)
      #expect(abs(rate.interval.lowerBound - ends[0]) < 1e-9, "\(one.text())")
      #expect(abs(rate.interval.upperBound - ends[1]) < 1e-9, "\(one.text())")
    }
  }

  @Test func `scores that are alike within prompts have no spread`() {
    let prompts = (0..<12).flatMap { prompt in [0, 1, 2].map { _ in "p\(prompt)" } }
    let before = (0..<12).flatMap { prompt in
      [Double](repeating: 0.1 * Double(prompt % 3 + 1), count: 3)
    }
    let found = drift(before, before.map { $0 + 0.01 }, prompts)
    #expect(found.spread == nil && found.unit == 1)
    let level = [Double](repeating: 0.1, count: 36)
    #expect(drift(level, before, prompts).correlation == nil)
  }

  @Test func `order, best, shift and spread of pairs are those of numpy`() throws {
    let prompts = try #require(reference["prompt"]?.array).compactMap(\.string)
    let drift = drift(try numbers("before"), try numbers("after"), prompts)
    let changed = try #require(reference["changed"]?.int)
    #expect(drift.order.events == changed)
    // Of two responses the best changes where the order does.
    #expect(drift.best == drift.order)
    let order = try numbers("order")
    #expect(abs(drift.order.interval.upperBound - order[1]) < 1e-9)
    let interval = try #require(drift.shift.interval)
    let ends = try numbers("shift_interval")
    for (own, key) in [
      (drift.unit, "unit"), (drift.shift.mean, "shift"), (drift.correlation ?? 0, "correlation"),
      (drift.spread ?? 0, "spread"),
    ] {
      #expect(abs(own - (reference[key]?.double ?? .nan)) < 1e-12, "\(key)")
    }
    #expect(abs(interval.lowerBound - ends[0]) < 1e-12)
    #expect(abs(interval.upperBound - ends[1]) < 1e-12)
  }

  @Test func `looking after every anchor, the bounds fail in fewer than alpha of all histories`() {
    var random = Xoshiro256(seed: 11)
    let (runs, length) = (200, 200)
    var (rates, means) = (0, 0)
    for _ in 0..<runs {
      var events = 0
      var values: [Double] = []
      var (rateFails, meanFails) = (false, false)
      for trial in 1...length {
        events += random.next(below: 20) == 0 ? 1 : 0
        // Skewed, with mean 0: exponential less 1.
        values.append(-log(Double(random.next(below: 1 << 30) + 1) / Double(1 << 30)) - 1)
        let rate = RateSequence(events: events, of: trial, alpha: 0.05)
        if !rateFails, !rate.interval.contains(0.05) { rateFails = true }
        guard trial >= 50, trial.isMultiple(of: 10), !meanFails else { continue }
        let mean = MeanSequence(values, alpha: 0.05, planned: 200)
        if mean.interval?.contains(0) == false { meanFails = true }
      }
      rates += rateFails ? 1 : 0
      means += meanFails ? 1 : 0
    }
    // Three standard errors above 5%.
    let most = Double(runs) * (0.05 + 3 * (0.05 * 0.95 / Double(runs)).squareRoot())
    #expect(Double(rates) <= most)
    #expect(Double(means) <= most)
  }

  @Test func `the same scores have no drift, and a shift or a swap is found`() {
    let prompts = (0..<200).flatMap { ["p\($0)", "p\($0)"] }
    var random = Xoshiro256(seed: 2)
    let before = prompts.map { _ in Double(random.next(below: 1000)) / 100 }
    let same = drift(before, before, prompts)
    #expect(same.order.events == 0)
    #expect(same.order.interval.lowerBound == 0)
    #expect(same.order.interval.upperBound < 0.04)
    #expect(same.shift.mean == 0)
    let shifted = drift(before, before.map { $0 + 5 }, prompts)
    #expect(shifted.order.events == 0)
    #expect((shifted.shift.interval?.lowerBound ?? 0) > 1)
    // Every tenth prompt's two responses swap their scores.
    var swapped = before
    for prompt in stride(from: 0, to: 200, by: 10) { swapped.swapAt(2 * prompt, 2 * prompt + 1) }
    let changed = drift(before, swapped, prompts)
    #expect(changed.order.events == 20)
    #expect(changed.order.interval.lowerBound > 0.03)
    #expect(abs(changed.shift.mean) < 1e-12)
  }

  @Test func `a level near the least number has a wide interval`() throws {
    for values in [[1.0, 2], [1, 1]] {
      let sequence = MeanSequence(
        (0..<20).map { values[$0 % 2] }, alpha: .leastNonzeroMagnitude, planned: 20)
      let interval = try #require(sequence.interval)
      #expect(interval.upperBound.isFinite && interval.contains(sequence.mean))
    }
  }

  @Test func `few anchors have no interval for the shift, and none is claimed`() {
    let drift = drift([1, 2, 3, 4], [2, 3, 4, 5], ["a", "a", "b", "b"])
    #expect(drift.shift.interval == nil)
    #expect(drift.order.interval.upperBound > 0.8)
  }
}
