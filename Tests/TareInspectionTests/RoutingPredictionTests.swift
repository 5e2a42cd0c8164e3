/// What routing tells of score and length, against NumPy and on planted cases.
import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

@Suite struct RoutingPredictionTests {
  private let references: [JSONValue]

  init() throws {
    let file = try JSONValue(parsing: Data(contentsOf: fixture("routing.json")))
    references = file["predictions"]?.array ?? []
  }

  /// One text of a made set; `counts` are of its response's tokens, [layers, experts].
  private func text(
    _ prompt: String, _ counts: [[Double]], tokens: Int, score: Double?, length: Double,
    subset: String? = nil
  ) -> TextRouting {
    TextRouting(
      prompt: prompt, subset: subset, score: score, length: length, tokens: tokens,
      responseTokens: tokens, counts: counts, probabilities: counts, responseCounts: counts)
  }

  private func prediction(
    _ texts: [TextRouting], experts: Int, chosen: Int = 1, seed: UInt64 = 1, limit: Int = 1000
  ) -> RoutingPrediction? {
    let layers = texts.first?.counts.count ?? 1
    var tally = RoutingTally(
      layers: (0..<layers).map { 10 + $0 }, experts: experts, chosen: chosen, microBatch: 4,
      seed: seed, responseLimit: limit)
    for text in texts { tally.add(text) }
    return tally.finish(model: "m", joint: []).prediction
  }

  // MARK: - Against NumPy

  /// The penalties are 10⁻⁴ of the mean eigenvalue or more, so K + λI has a condition of at most
  /// 10⁴ · 50 rows; with 2⁻⁵³ and some tens of operations on each value that is below 10⁻⁹.
  @Test(arguments: [0, 1])
  func `regressions, penalties, folds, resamples equal an explicit computation`(number: Int) {
    let wanted = references[number]
    let experts = Int(wanted["experts"]?.double ?? 0)
    let texts = (wanted["responses"]?.array ?? []).map { row in
      text(
        row["prompt"]?.string ?? "", (row["counts"]?.array ?? []).map(\.numbers),
        tokens: Int(row["tokens"]?.double ?? 0), score: row["score"]?.double,
        length: row["length"]?.double ?? 0)
    }
    let found = prediction(
      texts, experts: experts, seed: UInt64(wanted["seed"]?.double ?? 0))
    #expect(found?.responses == texts.count)
    expectEqual(found?.score, wanted["score"])
    expectEqual(found?.length, wanted["length"])
    expectEqual(found?.bias?.total, wanted["total"])
    expectEqual(found?.bias?.throughRouting, wanted["through"])
    expectEqual(found?.bias?.share, wanted["share"])
    for (found, wanted) in [
      (found?.ofScore, wanted["of_score"]), (found?.ofLength, wanted["of_length"]),
    ] {
      let wanted = wanted?.array ?? []
      #expect(wanted.count == 5)
      #expect(
        found?.map { [$0.layer - 10, $0.expert] }
          == wanted.map { [Int($0["layer"]?.double ?? -1), Int($0["expert"]?.double ?? -1)] })
      for (found, wanted) in zip(found ?? [], wanted) { expectEqual(found.correlation, wanted) }
    }
  }

  // MARK: - Planted

  /// 60 prompts of 4 responses, 2 layers of 4 experts with random loads of 100 tokens.
  private func made(
    score: (_ shares: [[Double]], _ length: Double) -> Double?,
    length: (_ shares: [[Double]], _ noise: Double) -> Double
  ) -> [TextRouting] {
    var random = SplitMix(state: 7)
    return (0..<240).map { row in
      let counts = (0..<2).map { _ in
        var counts = [Double](repeating: 0, count: 4)
        var left = 100.0
        for expert in 0..<3 {
          counts[expert] = Double.random(in: 0...left / 2, using: &random).rounded()
          left -= counts[expert]
        }
        counts[3] = left
        return counts
      }
      let shares = counts.map { $0.map { $0 / 100 } }
      let length = length(shares, Double.random(in: -1...1, using: &random))
      return text(
        "\(row / 4)", counts, tokens: 100, score: score(shares, length), length: length)
    }
  }

  @Test func `a score that is an expert's share is predicted, and a length apart from it is not`() {
    let texts = made(score: { shares, _ in 3 * shares[1][2] }, length: { 500 + 200 * $1 })
    let found = prediction(texts, experts: 4)
    // Without noise what is missing is the least penalty's, 10⁻⁴ of the mean eigenvalue.
    #expect((found?.score?.low ?? 0) > 0.999)
    #expect((found?.score?.high ?? 2) <= 1)
    #expect((found?.length.value ?? 1) < 0.1)
    #expect(found?.ofScore.first.map { [$0.layer, $0.expert] } == [11, 2])
    #expect(abs((found?.ofScore.first?.correlation.value ?? 0) - 1) < 1e-6)
    #expect(found?.ofScore.count == 5)
    #expect((found?.prompts, found?.responses) == (60, 240))
  }

  @Test func `a length bias that comes from an expert passes through routing`() {
    let texts = made(
      score: { shares, _ in 5 * shares[0][1] }, length: { 500 + 1000 * $0[0][1] + 60 * $1 })
    let bias = prediction(texts, experts: 4)?.bias
    // The score has no noise and length adds nothing to the shares: all but the penalty's part.
    #expect(abs((bias?.share?.value ?? 0) - 1) < 0.01)
    #expect((bias?.share?.low ?? 0) > 0.98)
    // 5/1000 · 100, less what the noise in length takes off.
    #expect((bias?.total.low ?? 0) > 0.4)
    #expect((bias?.total.high ?? 1) < 0.5)
  }

  @Test func `a length bias of length itself does not pass through routing`() {
    let texts = made(
      score: { _, length in 0.02 * length }, length: { 500 + 1000 * $0[0][1] + 60 * $1 })
    let bias = prediction(texts, experts: 4)?.bias
    #expect(abs((bias?.total.value ?? 0) - 2) < 1e-9)
    // Nothing is left beside length but rounding.
    #expect(abs(bias?.share?.value ?? 1) < 1e-6)
    #expect(abs(bias?.throughRouting.high ?? 1) < 1e-6)
  }

  @Test func `where the total's interval holds 0 there is no share of it`() {
    var random = SplitMix(state: 3)
    let texts = made(
      score: { _, _ in Double.random(in: 0...1, using: &random) }, length: { 500 + 100 * $1 })
    let bias = prediction(texts, experts: 4)?.bias
    #expect((bias?.total.low ?? 1) < 0)
    #expect((bias?.total.high ?? -1) > 0)
    #expect(bias?.share == nil)
  }

  // MARK: - Edges

  @Test func `there is no prediction without two prompts of two responses`() {
    let counts: [[Double]] = [[3, 1]]
    func text(_ prompt: String, subset: String? = nil, tokens: Int = 4) -> TextRouting {
      self.text(prompt, counts, tokens: tokens, score: 1, length: 2, subset: subset)
    }
    #expect(prediction([text("a"), text("a"), text("b")], experts: 2) == nil)
    #expect(prediction([text("a"), text("a"), text("b"), text("b", tokens: 0)], experts: 2) == nil)
    #expect(prediction([text("a"), text("b"), text("a"), text("b")], experts: 2)?.prompts == 2)
    // The same id in two subsets is two prompts.
    let twice = ["x", "y", "x", "y"].map { text("a", subset: $0) }
    #expect(prediction(twice, experts: 2)?.prompts == 2)
  }

  @Test func `without scores there is the length alone`() {
    let texts = made(score: { _, _ in nil }, length: { 500 + 1000 * $0[0][1] + $1 })
    let found = prediction(texts, experts: 4)
    #expect(found?.score == nil)
    #expect(found?.bias == nil)
    #expect(found?.ofScore.isEmpty == true)
    #expect((found?.length.low ?? 0) > 0.99)
    #expect(found?.ofLength.first.map { [$0.layer, $0.expert] } == [10, 1])
  }

  @Test func `what does not vary within prompts is told as 0`() {
    let nothing = Estimate(value: 0, low: 0, high: 0)
    let alike = made(score: { _, _ in 0.1 }, length: { _, _ in 512.3 })
    let constant = prediction(alike, experts: 4)
    #expect(constant?.score == nothing)
    #expect(constant?.length == nothing)
    #expect(constant?.bias == nil)
    #expect(constant?.ofScore.isEmpty == true)
    let still = made(score: { $0[0][0] + $1 }, length: { 500 + $1 }).map { text in
      var text = text
      text.responseCounts = [[30, 30, 30, 10], [70, 10, 10, 10]]
      return text
    }
    let unmoved = prediction(still, experts: 4)
    #expect(unmoved?.score == nothing)
    #expect(unmoved?.length == nothing)
    #expect(unmoved?.ofLength.isEmpty == true)
    #expect(unmoved?.bias?.throughRouting == nothing)
  }

  @Test func `prompts are kept whole up to the limit, whatever their order`() {
    let texts = made(score: { $0[0][0] + $1 / 1000 }, length: { 500 + 100 * $1 })
    let found = prediction(texts, experts: 4, limit: 50)
    #expect((found?.prompts, found?.responses) == (12, 48))
    let prompts = stride(from: 0, to: texts.count, by: 4).map { texts[$0..<$0 + 4] }
    #expect(prediction(prompts.reversed().flatMap { $0 }, experts: 4, limit: 50) == found)
    let other = prediction(texts, experts: 4, seed: 2, limit: 50)
    #expect(other?.responses == 48)
    #expect(other != found)
  }

  @Test func `a prompt with very many responses counts with its first 32`() {
    let texts = made(score: { $0[0][0] + $1 / 1000 }, length: { 500 + 100 * $1 }).enumerated()
      .map { row, text in
        var text = text
        text.prompt = row < 200 ? "many" : "few"
        return text
      }
    #expect(prediction(texts, experts: 4)?.responses == 64)
    #expect(
      prediction(texts, experts: 4)
        == prediction(Array(texts[..<32] + texts[200..<232]), experts: 4))
  }
}

/// What a regression on routing says, and NumPy: the systems have a condition of at most 10⁴ · 50.
func expectEqual(
  _ found: Estimate?, _ wanted: JSONValue?, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    found.map { [$0.value, $0.low, $0.high] } ?? [],
    ["value", "low", "high"].map { wanted?[$0]?.double ?? .nan }, tolerance: 1e-9,
    sourceLocation: sourceLocation)
}
