/// How the experts of the layers were used over some tokens.
internal import Foundation

/// Sums over tokens, from which fᵢ and pᵢ of arXiv 2501.11873 are means.
struct ExpertLoad: Sendable, Equatable {
  let layers: Int
  let experts: Int
  private(set) var texts = 0
  private(set) var tokens = 0
  /// Tokens whose top-k holds the expert, [layer, expert].
  private(set) var counts: [Double]
  /// Sums of the router's probabilities, [layer, expert].
  private(set) var probabilities: [Double]

  init(layers: Int, experts: Int) {
    self.layers = layers
    self.experts = experts
    counts = Array(repeating: 0, count: layers * experts)
    probabilities = counts
  }

  mutating func add(_ text: TextRouting) {
    texts += 1
    tokens += text.tokens
    for layer in 0..<layers {
      for expert in 0..<experts {
        counts[layer * experts + expert] += text.counts[layer][expert]
        probabilities[layer * experts + expert] += text.probabilities[layer][expert]
      }
    }
  }

  /// The load of the tokens that are not in `part`.
  func without(_ part: ExpertLoad) -> ExpertLoad {
    var rest = self
    rest.texts -= part.texts
    rest.tokens -= part.tokens
    for index in counts.indices {
      rest.counts[index] -= part.counts[index]
      rest.probabilities[index] -= part.probabilities[index]
    }
    return rest
  }

  /// fᵢ, [expert]; 0 without tokens.
  func share(_ layer: Int) -> [Double] { means(counts, layer) }

  /// pᵢ, [expert]; 0 without tokens.
  func probability(_ layer: Int) -> [Double] { means(probabilities, layer) }

  private func means(_ sums: [Double], _ layer: Int) -> [Double] {
    let count = Double(max(tokens, 1))
    return sums[layer * experts..<(layer + 1) * experts].map { $0 / count }
  }

  /// N_E Σ fᵢ pᵢ of each layer, [layer].
  var losses: [Double] {
    (0..<layers).map { Self.loss(share($0), probability($0)) }
  }

  /// The same of fᵢ and pᵢ that are means over all layers' tokens, as transformers'
  /// `load_balancing_loss_func` has it: there the layers' logits stand one after the other.
  var pooledLoss: Double {
    var share = [Double](repeating: 0, count: experts)
    var probability = share
    let count = Double(max(tokens * layers, 1))
    for index in counts.indices {
      share[index % experts] += counts[index] / count
      probability[index % experts] += probabilities[index] / count
    }
    return Self.loss(share, probability)
  }

  private static func loss(_ share: [Double], _ probability: [Double]) -> Double {
    Double(share.count) * zip(share, probability).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

extension [Double] {
  /// Of shares whose sum is 1, in nats.
  var entropy: Double {
    // −1 · log 1 is −0.
    Swift.max(0, reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 })
  }
}
