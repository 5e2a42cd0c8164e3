/// What the sums of a run come to.

extension RoutingTally {
  /// The outcome; `recurrent`, `experts` and `outputs` of its layers are nil.
  ///
  /// - Parameter joint: for each layer with a mixture but the last, the weight of each pair of an expert
  ///   here and one in the next, [experts · experts]: a token adds 1/k² to each of its k² pairs. Empty
  ///   where they were not counted.
  package func finish(model: String, joint: [[Double]]) -> RoutingInspection {
    precondition(joint.isEmpty || joint.count == layers.count - 1)
    let losses = losses
    let subsets = comparedSubsets
    return RoutingInspection(
      model: model, texts: all.texts, tokens: all.tokens, responseTokens: responseTokens,
      experts: experts, chosen: chosen, microBatch: microBatch,
      layers: layers.indices.map { position in
        layer(
          position, losses.layers[position], position < joint.count ? joint[position] : nil)
      },
      balance: RoutingInspection.Balance(
        mean: mean(losses.layers), pooled: losses.pooled, even: Double(chosen)),
      subsets: subsets, distances: distances(subsets),
      prediction: RoutingPrediction(responses, layers: layers, experts: experts, seed: seed))
  }

  private func layer(
    _ position: Int, _ losses: RoutingInspection.Losses, _ joint: [Double]?
  ) -> RoutingInspection.Layer {
    let share = all.share(position)
    return RoutingInspection.Layer(
      layer: layers[position], share: share, probability: all.probability(position), loss: losses,
      entropy: distribution(share).entropy, variation: share.variation,
      unused: share.indices.filter { share[$0] == 0 },
      information: joint.map {
        RoutingInspection.MutualInformation(joint: $0, experts: experts)
      })
  }

  private func mean(_ losses: [RoutingInspection.Losses]) -> RoutingInspection.Losses {
    func mean(_ span: KeyPath<RoutingInspection.Losses, Double>) -> Double {
      losses.reduce(0) { $0 + $1[keyPath: span] } / Double(max(losses.count, 1))
    }
    return RoutingInspection.Losses(
      sequence: mean(\.sequence), microBatch: mean(\.microBatch), global: mean(\.global))
  }

  /// fᵢ/k.
  private func distribution(_ share: [Double]) -> [Double] {
    share.map { $0 / Double(chosen) }
  }

  // MARK: - Subsets

  /// None where there are fewer than two.
  private var comparedSubsets: [RoutingInspection.Subset] {
    guard subsets.count > 1 else { return [] }
    return subsets.map { name, load in
      RoutingInspection.Subset(
        name: name, texts: load.texts, tokens: load.tokens,
        distribution: layers.indices.map { distribution(load.share($0)) },
        particular: particular(load))
    }
  }

  /// The five experts that add most to the Jensen–Shannon divergence of the subset's choices from those of
  /// the other texts, of the experts whose share is larger in the subset.
  ///
  /// An expert adds ½ (p log p/m + q log q/m), m = (p + q)/2, of its shares of choices p here and q
  /// elsewhere: little where both are small, whatever their ratio, so that an expert that few tokens chose
  /// does not come first. Ties go by layer and expert.
  private func particular(_ load: ExpertLoad) -> [RoutingInspection.Particular] {
    let rest = all.without(load)
    guard load.tokens > 0, rest.tokens > 0 else { return [] }
    let found = layers.indices.flatMap { position in
      let here = load.share(position)
      let elsewhere = rest.share(position)
      let terms = JensenShannon.terms(distribution(here), distribution(elsewhere))
      return (0..<experts).filter { here[$0] > elsewhere[$0] }.map { expert in
        (
          term: terms[expert],
          expert: RoutingInspection.Particular(
            layer: layers[position], expert: expert, share: here[expert],
            elsewhere: elsewhere[expert])
        )
      }
    }
    // `sorted` is stable.
    return found.sorted { $0.term > $1.term }.prefix(5).map(\.expert)
  }

  /// Of each pair, in the order of the subsets.
  private func distances(
    _ subsets: [RoutingInspection.Subset]
  ) -> [RoutingInspection.SubsetDistance] {
    subsets.indices.flatMap { first in
      (first + 1..<subsets.count).map { second in
        let layers = zip(subsets[first].distribution, subsets[second].distribution).map {
          JensenShannon.distance($0, $1)
        }
        return RoutingInspection.SubsetDistance(
          first: subsets[first].name, second: subsets[second].name,
          mean: layers.reduce(0, +) / Double(max(layers.count, 1)), layers: layers)
      }
    }
  }
}

extension [Double] {
  /// Standard deviation, with n, over the mean; 0 where all are 0.
  fileprivate var variation: Double {
    let mean = reduce(0, +) / Double(count)
    guard mean > 0 else { return 0 }
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(count)).squareRoot() / mean
  }
}
