/// Load, losses, subsets and information between layers, against transformers, scipy and scikit-learn, and
/// on routers whose numbers are known.
import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

@Suite struct RoutingTallyTests {
  private let reference: JSONValue

  init() throws {
    reference = try JSONValue(parsing: Data(contentsOf: fixture("routing.json")))["load"] ?? .null
  }

  /// The outcome of the texts in the reference.
  private var found: RoutingInspection {
    let layers = Int(reference["layers"]?.double ?? 0)
    var tally = RoutingTally(
      layers: Array(0..<layers), experts: Int(reference["experts"]?.double ?? 0),
      chosen: Int(reference["chosen"]?.double ?? 0),
      microBatch: Int(reference["micro_batch"]?.double ?? 0), seed: 1)
    for (index, text) in (reference["texts"]?.array ?? []).enumerated() {
      let counts = (text["counts"]?.array ?? []).map { $0.numbers }
      tally.add(
        TextRouting(
          prompt: "\(index)", subset: text["subset"]?.string, length: 0,
          tokens: Int(text["tokens"]?.double ?? 0), responseTokens: 0, counts: counts,
          probabilities: (text["probabilities"]?.array ?? []).map { $0.numbers },
          responseCounts: counts))
    }
    return tally.finish(
      model: "m", joint: (reference["joint"]?.array ?? []).map { $0.numbers })
  }

  // MARK: - Against others

  /// transformers takes shares in float32: sums of six products below 1, times 6, each to 2⁻²⁴.
  @Test func `losses equal those of transformers, by layer and pooled, over each span`() {
    let found = found
    let spans: [(String, KeyPath<RoutingInspection.Losses, Double>)] = [
      ("sequence", \.sequence), ("micro_batch", \.microBatch), ("global", \.global),
    ]
    for (name, span) in spans {
      let wanted = reference["losses"]?[name]
      let layers = wanted?["layers"]?.numbers ?? []
      #expect(layers.count == 3)
      expectClose(found.layers.map { $0.loss[keyPath: span] }, layers, tolerance: 1e-6)
      expectClose(
        [found.balance.pooled[keyPath: span], found.balance.mean[keyPath: span]],
        [wanted?["pooled"]?.double ?? 0, layers.reduce(0, +) / 3], tolerance: 1e-6)
    }
    #expect(found.balance.even == 2)
  }

  /// Some 40 terms of magnitude 4 at most, each to 2⁻⁵³ and a few times over: below 10⁻¹³.
  @Test func `entropy, variation, distances and information equal those of scipy and scikit-learn`()
  {
    let found = found
    expectClose(
      found.layers.map(\.entropy), reference["entropy"]?.numbers ?? [], tolerance: 1e-13)
    expectClose(
      found.layers.map(\.variation), reference["variation"]?.numbers ?? [], tolerance: 1e-13)
    let distances = reference["distances"]?.array ?? []
    #expect(distances.count == 3)
    #expect(
      found.distances.map { [$0.first, $0.second] }
        == distances.map { [$0["first"]?.string, $0["second"]?.string] })
    for (found, wanted) in zip(found.distances, distances) {
      let layers = wanted["layers"]?.numbers ?? []
      expectClose(found.layers, layers, tolerance: 1e-13)
      expectClose([found.mean], [layers.reduce(0, +) / 3], tolerance: 1e-13)
    }
    let information = reference["information"]?.array ?? []
    #expect(information.count == 2)
    for (layer, wanted) in zip(found.layers, information) {
      let found = layer.information
      expectClose(
        [found?.nats ?? .nan, found?.corrected ?? .nan, found?.share ?? .nan],
        ["nats", "corrected", "share"].map { wanted[$0]?.double ?? 0 }, tolerance: 1e-13)
    }
    #expect(found.layers.last?.information == nil)
  }

  // MARK: - Known routers

  /// A text of tokens that all go to the same experts.
  private func text(
    _ experts: [Int], of count: Int, tokens: Int = 4, layers: Int = 1, subset: String? = nil,
    section: String? = nil
  ) -> TextRouting {
    var counts = [Double](repeating: 0, count: count)
    for expert in experts { counts[expert] = Double(tokens) }
    let probabilities = counts.map { $0 / Double(experts.count) }
    return TextRouting(
      prompt: "p", subset: subset, section: section, length: 1, tokens: tokens,
      responseTokens: tokens, counts: Array(repeating: counts, count: layers),
      probabilities: Array(repeating: probabilities, count: layers),
      responseCounts: Array(repeating: counts, count: layers))
  }

  private func tally(
    experts: Int, chosen: Int = 1, layers: Int = 1, microBatch: Int = 2, _ texts: [TextRouting]
  ) -> RoutingTally {
    var tally = RoutingTally(
      layers: Array(0..<layers), experts: experts, chosen: chosen, microBatch: microBatch, seed: 1)
    for text in texts { tally.add(text) }
    return tally
  }

  @Test func `even routing has a loss of k, the entropy of all experts and no information`() {
    let even = TextRouting(
      prompt: "p", length: 1, tokens: 8, responseTokens: 8,
      counts: Array(repeating: [4, 4, 4, 4], count: 2),
      probabilities: Array(repeating: [2, 2, 2, 2], count: 2),
      responseCounts: Array(repeating: [4, 4, 4, 4], count: 2))
    let found = tally(experts: 4, chosen: 2, layers: 2, [even, even, even])
      .finish(model: "m", joint: [Array(repeating: 24.0 / 16, count: 16)])
    #expect(found.balance.mean.spans == [2, 2, 2])
    #expect(found.balance.pooled.spans == [2, 2, 2])
    #expect(found.balance.even == 2)
    for layer in found.layers {
      #expect(layer.loss.spans == [2, 2, 2])
      #expect(layer.share == [0.5, 0.5, 0.5, 0.5])
      #expect(layer.probability == [0.25, 0.25, 0.25, 0.25])
      #expect(abs(layer.entropy - log(4)) < 1e-15)
      #expect(layer.variation == 0)
      #expect(layer.unused.isEmpty)
    }
    // −Σ of 16 terms beside two of 4 each: rounding alone, and the correction brings it to 0.
    #expect((found.layers[0].information?.nats ?? 1) < 1e-14)
    #expect(found.layers[0].information?.corrected == 0)
    #expect(found.layers[0].information?.share == 0)
    #expect((found.texts, found.tokens, found.responseTokens) == (3, 24, 24))
  }

  @Test func `routing to one expert has a loss of all experts, and the others are unused`() {
    let texts = [text([2], of: 5, layers: 2), text([2], of: 5, tokens: 9, layers: 2)]
    var joint = [Double](repeating: 0, count: 25)
    joint[2 * 5 + 2] = 13
    let found = tally(experts: 5, layers: 2, texts).finish(model: "m", joint: [joint])
    #expect(found.layers[0].loss.spans == [5, 5, 5])
    #expect(found.layers[0].unused == [0, 1, 3, 4])
    #expect(found.layers[0].entropy == 0)
    // Standard deviation of (0, 0, 1, 0, 0) is 0.4, their mean 0.2.
    #expect(abs(found.layers[0].variation - 2) < 1e-15)
    #expect(
      found.layers[0].information
        == RoutingInspection.MutualInformation(joint: joint, experts: 5))
    #expect(found.layers[0].information?.nats == 0)
    #expect(found.layers[0].information?.share == 0)
  }

  @Test func `narrow spans are stricter, and each sequence and micro-batch counts once`() {
    // Four texts with an expert each, and a fifth alone in the last micro-batch; the first is long.
    let texts = [0, 1, 2, 3, 0].enumerated().map {
      text([$1], of: 4, tokens: $0 == 0 ? 12 : 4)
    }
    let loss = tally(experts: 4, texts).finish(model: "m", joint: []).layers[0].loss
    #expect(loss.sequence == 4)
    // Shares (¾, ¼), (½, ½) and (1): 4 · 5/8, 4 · ½ and 4.
    #expect(abs(loss.microBatch - (2.5 + 2 + 4) / 3) < 1e-15)
    // Shares (16, 4, 4, 4)/28.
    #expect(abs(loss.global - 4 * (256 + 48) / 784.0) < 1e-15)
    // Texts are taken in their order.
    let turned = tally(experts: 4, texts.reversed()).finish(model: "m", joint: []).layers[0].loss
    #expect(turned.microBatch < loss.microBatch)
    #expect(turned.global == loss.global)
  }

  @Test func `pooled over layers the same experts are even where each layer has its own`() {
    var each = text([0], of: 2, layers: 2)
    each.counts[1] = [0, 4]
    each.probabilities[1] = [0, 4]
    let balance = tally(experts: 2, layers: 2, [each, each]).finish(model: "m", joint: []).balance
    #expect(balance.mean.spans == [2, 2, 2])
    #expect(balance.pooled.spans == [1, 1, 1])
  }

  @Test func `experts by section are a distance of 1 apart and tell the next layer's`() {
    let texts = [
      text([0], of: 3, layers: 2, section: "chat"), text([1], of: 3, layers: 2, section: "code"),
    ]
    let found = tally(experts: 3, layers: 2, texts)
      .finish(model: "m", joint: [[4, 0, 0, 0, 4, 0, 0, 0, 0]])
    #expect(found.distances.map { [$0.first, $0.second] } == [["chat", "code"]])
    #expect(found.distances.map(\.layers) == [[1, 1]])
    #expect(found.distances.map(\.mean) == [1])
    #expect(found.subsets.map(\.name) == ["chat", "code"])
    #expect(found.subsets.map(\.tokens) == [4, 4])
    #expect(found.subsets[1].distribution == [[0, 1, 0], [0, 1, 0]])
    let particular = found.subsets[1].particular
    #expect(particular.map { [$0.layer, $0.expert] } == [[0, 1], [1, 1]])
    #expect(particular.map { [$0.share, $0.elsewhere] } == [[1, 0], [1, 0]])
    let information = found.layers[0].information
    #expect(abs((information?.nats ?? 0) - log(2)) < 1e-15)
    // Two cells everywhere and 8 tokens: 1/16 more.
    #expect(abs((information?.corrected ?? 0) - log(2) - 1.0 / 16) < 1e-15)
    #expect(information?.share == 1)
  }

  @Test func `a subset goes before a section, and texts with neither are elsewhere`() {
    let named = [
      text([0], of: 2, subset: "a", section: "x"), text([1], of: 2, section: "x"),
    ]
    let found = tally(experts: 2, named + [text([1], of: 2)]).finish(model: "m", joint: [])
    #expect(found.subsets.map(\.name) == ["a", "x"])
    #expect(found.subsets.map(\.texts) == [1, 1])
    // Elsewhere of "x" are one text with expert 0 and the unnamed one with expert 1.
    #expect(found.subsets[1].particular.map(\.elsewhere) == [0.5])
    let single = tally(experts: 2, [named[0], text([1], of: 2)]).finish(model: "m", joint: [])
    #expect(single.subsets.isEmpty)
    #expect(single.distances.isEmpty)
  }

  @Test func `particular experts are the five whose shares differ most, not the rarest`() {
    func text(_ counts: [Double], _ subset: String) -> TextRouting {
      TextRouting(
        prompt: "p", subset: subset, length: 1, tokens: 1000, responseTokens: 0, counts: [counts],
        probabilities: [counts], responseCounts: [counts])
    }
    // Expert 0 has 40% here and 20% there; 1 has a tenth of a per cent here and nothing there.
    let here = text([400, 1, 199, 80, 80, 80, 80, 80], "here")
    let there = text([200, 0, 550, 50, 50, 50, 50, 50], "there")
    let found = tally(experts: 8, [here, there]).finish(model: "m", joint: [])
    #expect(found.subsets[0].particular.map(\.expert) == [0, 3, 4, 5, 6])
    #expect(found.subsets[0].particular.first?.share == 0.4)
    #expect(found.subsets[0].particular.first?.elsewhere == 0.2)
    #expect(found.subsets[1].particular.map(\.expert) == [2])
  }

  @Test func `nothing at all comes to numbers that JSON can hold`() throws {
    let empty = tally(experts: 3, layers: 2, [])
    let text = TextRouting(
      prompt: "p", subset: "a", length: 0, tokens: 0, responseTokens: 0,
      counts: [[0, 0, 0], [0, 0, 0]], probabilities: [[0, 0, 0], [0, 0, 0]],
      responseCounts: [[0, 0, 0], [0, 0, 0]])
    for tally in [empty, tally(experts: 3, layers: 2, [text, text])] {
      let found = tally.finish(model: "m", joint: [Array(repeating: 0, count: 9)])
      let data = try JSONEncoder().encode(found)
      #expect(try JSONDecoder().decode(RoutingInspection.self, from: data) == found)
      #expect(found.layers[0].unused == [0, 1, 2])
      #expect(found.balance.mean.sequence == 0)
    }
  }
}

extension RoutingInspection.Losses {
  fileprivate var spans: [Double] { [sequence, microBatch, global] }
}

extension JSONValue {
  var numbers: [Double] { array?.compactMap(\.double) ?? [] }
}
