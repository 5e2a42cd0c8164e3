/// How much a token's experts in one layer tell of those in the next.

extension RoutingInspection.MutualInformation {
  /// From the weights of pairs of experts, a weight of 1 a token.
  ///
  /// With k experts a token, this is the information between one of a token's experts here and one of
  /// those in the next layer, each drawn evenly. Miller and Madow (1955) add (cells − 1)/2N to a plug-in
  /// entropy, the cells being those that are not empty and N the tokens; so
  /// I = H(x) + H(y) − H(x, y) loses (cells(x, y) − cells(x) − cells(y) + 1)/2N, down to 0. `share` is of
  /// the smaller entropy with its own correction, and 0 where that is 0. Without tokens all are 0.
  ///
  /// - Parameter joint: [experts here, experts in the next layer].
  package init(joint: [Double], experts: Int) {
    precondition(joint.count == experts * experts)
    var here = [Double](repeating: 0, count: experts)
    var next = here
    for (index, weight) in joint.enumerated() {
      here[index / experts] += weight
      next[index % experts] += weight
    }
    let (first, second, both) = (CountedEntropy(here), CountedEntropy(next), CountedEntropy(joint))
    nats = max(0, first.nats + second.nats - both.nats)
    corrected = max(0, first.corrected + second.corrected - both.corrected)
    let smaller = min(first.corrected, second.corrected)
    share = smaller > 0 ? min(corrected / smaller, 1) : 0
  }
}

/// The entropy of counted outcomes, in nats.
private struct CountedEntropy {
  /// Plug-in, and with Miller and Madow's correction.
  let nats: Double
  let corrected: Double

  init(_ counts: [Double]) {
    let total = counts.reduce(0, +)
    guard total > 0 else {
      (nats, corrected) = (0, 0)
      return
    }
    nats = counts.map { $0 / total }.entropy
    corrected = nats + Double(counts.count { $0 > 0 } - 1) / (2 * total)
  }
}
