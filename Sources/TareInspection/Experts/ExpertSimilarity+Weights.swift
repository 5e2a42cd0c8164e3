/// How alike the experts of a layer are, from their weights (arXiv 2406.18219, 3.1 and 3.2).
package import TareCore

extension ExpertSimilarity {
  /// Compares the experts of one layer.
  ///
  /// `gateRow`, `averaged` and `association` are of all pairs of experts. `reordered` is of at most
  /// `pairLimit` pairs, and `pairs` says how many: the neurons of the one are assigned to those of the
  /// other so that the sum of their cosines is the largest, for each of w1, w2 and w3 by itself. Each such
  /// pair takes `stepsOfPair` steps and 20 · neurons² bytes: some seconds for 1,024 neurons, hours for
  /// 14,336. A vector that is 0 has a cosine of 0 with all others; one expert alone has no pairs, and all
  /// is 0.
  ///
  /// - Parameters:
  ///   - gateRows: the router's row of each expert, [expert][of the router's input].
  ///   - pairLimit: which pairs is drawn by the seed, without replacement.
  ///   - read: an expert's weights. Each expert is read once, and again for each pair it is drawn in; two
  ///     are held at a time.
  package static func of(
    gateRows: [[Float]], pairLimit: Int, seed: UInt64,
    read: (_ expert: Int) throws(TareError) -> ExpertWeights
  ) throws(TareError) -> ExpertSimilarity {
    let pairs = ExpertPair.all(gateRows.count)
    let drawn = ExpertPair.drawn(pairLimit, of: pairs, seed: seed)
    var means: [ExpertWeights.Projection: [[Float]]] = [:]
    for expert in gateRows.indices {
      let weights = try read(expert)
      for projection in ExpertWeights.Projection.allCases {
        means[projection, default: []].append(weights.meanNeuron(of: projection))
      }
    }
    let reordered = try reordered(drawn, read)
    let gates = pairs.map { cosine(gateRows[$0.first], gateRows[$0.second]) }
    func compared(_ projection: ExpertWeights.Projection) -> Projection {
      let means = means[projection] ?? []
      let cosines = pairs.map { cosine(means[$0.first], means[$0.second]) }
      return Projection(
        averaged: cosines.mean, reordered: reordered[projection],
        association: association(gates, cosines))
    }
    return ExpertSimilarity(
      gateRow: gates.mean, w1: compared(.w1), w2: compared(.w2), w3: compared(.w3),
      pairs: drawn.count)
  }

  /// Products and, at the most, steps of the assignments of one pair's neurons.
  package static func stepsOfPair(neurons: Int, hidden: Int) -> Double {
    3 * Double(neurons) * Double(neurons) * Double(neurons + hidden)
  }

  /// Mean over pairs of the mean cosine of neurons in the best assignment; none without pairs.
  private static func reordered(
    _ pairs: [ExpertPair], _ read: (Int) throws(TareError) -> ExpertWeights
  ) throws(TareError) -> [ExpertWeights.Projection: Double] {
    var sums: [ExpertWeights.Projection: Double] = [:]
    var last: (expert: Int, weights: ExpertWeights)?
    for pair in pairs {
      let first: ExpertWeights
      if let last, last.expert == pair.first {
        first = last.weights
      } else {
        first = try read(pair.first)
      }
      last = (pair.first, first)
      let second = try read(pair.second)
      for projection in ExpertWeights.Projection.allCases {
        sums[projection, default: 0] +=
          first.neurons(of: projection).bestMeanCosine(second.neurons(of: projection))
          / Double(pairs.count)
      }
    }
    return sums
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for (a, b) in zip(a, b) {
      product += Double(a) * Double(b)
      first += Double(a) * Double(a)
      second += Double(b) * Double(b)
    }
    let scale = (first * second).squareRoot()
    return scale > 0 ? product / scale : 0
  }

  /// Squared Pearson correlation; nil where one of the two does not vary. Cosines of the same vectors
  /// differ by rounding, far less than 10⁻¹².
  private static func association(_ first: [Double], _ second: [Double]) -> Double? {
    func varies(_ values: [Double]) -> Bool {
      guard let least = values.min(), let most = values.max() else { return false }
      return most - least > 1e-12
    }
    guard varies(first), varies(second) else { return nil }
    let a = first.map { $0 - first.mean }
    let b = second.map { $0 - second.mean }
    let product = a.dot(b)
    return min(product * product / (a.dot(a) * b.dot(b)), 1)
  }
}

/// Two experts of a layer.
private struct ExpertPair: Comparable {
  let first: Int
  let second: Int

  static func < (one: ExpertPair, other: ExpertPair) -> Bool {
    (one.first, one.second) < (other.first, other.second)
  }

  static func all(_ experts: Int) -> [ExpertPair] {
    (0..<experts).flatMap { first in
      (first + 1..<experts).map { ExpertPair(first: first, second: $0) }
    }
  }

  /// In order, so that one expert's pairs follow each other.
  static func drawn(_ limit: Int, of pairs: [ExpertPair], seed: UInt64) -> [ExpertPair] {
    var random = Xoshiro256(seed: seed)
    var pairs = pairs
    let count = min(limit, pairs.count)
    for place in 0..<count {
      pairs.swapAt(place, place + random.next(below: pairs.count - place))
    }
    return pairs.prefix(count).sorted()
  }
}

extension [Double] {
  fileprivate var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }
}
