/// What a probe did to the scores.
internal import Foundation
internal import TareCore

/// Edited responses' scores beside the originals'.
package struct ProbeEffect: Sendable {
  let key: String
  let summary: String
  let expectation: ProbeExpectation
  /// Responses that were edited, and their prompts.
  package let responses: Int
  package let prompts: Int
  /// Mean change of the score; 95% over prompts.
  package let effect: Double
  package let standardError: Double?
  var interval: ClosedRange<Double>? {
    standardError.map { effect - Self.z * $0...effect + Self.z * $0 }
  }
  /// In standard deviations of the margin between two responses to one prompt; nil where prompts have one.
  package let inMargins: Double?
  /// Pairs of responses whose order changes when one of the two is edited, of those that were tried.
  let flipped: Int
  let tried: Int
  package var p: Double {
    guard let standardError, standardError > 0 else { return effect == 0 ? 1 : 0 }
    return erfc(abs(effect) / standardError / 2.0.squareRoot())
  }
  /// Adjusted for the number of probes (Benjamini and Hochberg 1995).
  package var q = 1.0
  /// The effect that would be found significant in 80% of such samples: 2.8 standard errors.
  var detectable: Double? { standardError.map { 2.8016 * $0 } }

  private static let z = 1.959963984540054

  /// - Parameters:
  ///   - changes: the change of each edited response, with the number of its prompt.
  ///   - margin: the standard deviation of margins.
  /// - Returns: nil where nothing was edited.
  package init?(
    _ probe: any TextProbe.Type, changes: [(prompt: Int, change: Double)], margin: Double?,
    flipped: Int, tried: Int
  ) {
    self.init(
      key: probe.key, summary: probe.summary, probe.expectation, changes: changes, margin: margin,
      flipped: flipped, tried: tried)
  }

  init?(
    key: String, summary: String, _ expectation: ProbeExpectation,
    changes: [(prompt: Int, change: Double)], margin: Double?, flipped: Int, tried: Int
  ) {
    guard !changes.isEmpty else { return nil }
    (self.key, self.summary, self.expectation) = (key, summary, expectation)
    responses = changes.count
    let mean = changes.reduce(0) { $0 + $1.change } / Double(changes.count)
    var sums: [Int: Double] = [:]
    for (prompt, change) in changes { sums[prompt, default: 0] += change - mean }
    prompts = sums.count
    effect = mean
    inMargins = margin.flatMap { $0 > 0 ? mean / $0 : nil }
    let (groups, count) = (Double(sums.count), Double(changes.count))
    standardError =
      sums.count > 1
      ? (groups / (groups - 1) * sums.values.reduce(0) { $0 + $1 * $1 }).squareRoot() / count : nil
    (self.flipped, self.tried) = (flipped, tried)
  }

  /// Whether the score moves where it should not.
  package var isBias: Bool { expectation == .same && standardError != nil && q < 0.05 }
  /// Whether the score does not fall significantly where it should.
  package var isBlind: Bool { expectation == .worse && !(effect < 0 && q < 0.05) }

  var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return [
      "probe": .string(key), "summary": .string(summary),
      "expected": .string(expectation.rawValue), "responses": .int(responses),
      "prompts": .int(prompts), "effect": .double(effect),
      "interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
      "p": .double(p), "q": .double(q), "effect_in_margins": number(inMargins),
      "pairs_tried": .int(tried), "pairs_flipped": .int(flipped),
      "share_flipped": tried > 0 ? .double(Double(flipped) / Double(tried)) : .null,
      "detectable_effect": number(detectable), "bias": .bool(isBias), "blind": .bool(isBlind),
    ]
  }
}
