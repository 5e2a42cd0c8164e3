/// What the numbers on routing say, in sentences: the terminal's and the page's.
internal import TareInspection

extension RoutingInspection {
  /// Balance, by which span, what goes along with what.
  package var findings: [Finding] {
    [
      Finding("Balance", [unusedFinding, unevenFinding]),
      Finding("By span", [spanFinding]),
      Finding("From layer to layer", [informationFinding]),
      Finding("Subsets", [subsetFinding]),
      Finding("Score", [prediction?.scoreFinding]),
      Finding("Length", [prediction?.lengthFinding, prediction?.biasFinding]),
      Finding("Recurrent state", [recurrentFinding]),
      Finding("Experts' weights", [similarityFinding]),
      Finding("Experts' outputs", [outputFinding]),
    ].compactMap(\.self)
  }

  private var unusedFinding: String {
    guard unusedCount > 0 else {
      return "Every expert has tokens in every layer."
    }
    let places = layers.filter { !$0.unused.isEmpty }
    let whose =
      places.count > 4
      ? "in \(places.count) of \(layers.count.counted("layer"))"
      : "in " + places.map { "layer \($0.layer) (\($0.unused.count))" }.asList
    return """
      \(unusedCount.text) of the layers' \((layers.count * experts).text) experts \
      \(unusedCount == 1 ? "has" : "have") no tokens, \(whose): there are too few inputs, or the \
      model does not need these experts for such inputs.
      """
  }

  private var unevenFinding: String? {
    guard
      let layer = layers.max(by: { $0.variation < $1.variation }),
      let busiest = layer.busiest(even: evenShare)
    else { return nil }
    return """
      Layer \(layer.layer) is the least balanced: its expert \(busiest.expert) has \
      \(busiest.times.fixed(1)) times its even share of tokens, and the entropy is \
      \(entropyShare(layer).wholePercent) of its maximum.
      """
  }

  /// How much stricter a loss by sequence is than one by the whole input.
  private var spanFinding: String? {
    let mean = balance.mean
    guard mean.global > 0 else { return nil }
    let sequence = mean.sequence / mean.global
    let batch = mean.microBatch / mean.global
    let verdict =
      sequence < 1.05
      ? "Inputs use the experts similarly, so the span matters little."
      : "Inputs use different experts, which a loss over a shorter span counts as imbalance."
    return """
      The load-balancing loss, which is \(balance.even.significant(3)) for even routing, is \
      \(mean.global.significant(3)) over all inputs, \(mean.microBatch.significant(3)) \
      (×\(batch.fixed(2))) within micro-batches of \(microBatch.counted("input")) and \
      \(mean.sequence.significant(3)) (×\(sequence.fixed(2))) within single inputs. \(verdict)
      """
  }

  private var informationFinding: String? {
    let known = layers.enumerated().compactMap { place, layer in
      layer.information.map { (layer: layer.layer, next: place + 1, $0.share) }
    }
    guard let mean = meanInformation, let most = known.max(by: { $0.2 < $1.2 }),
      layers.indices.contains(most.next)
    else { return nil }
    return """
      The mutual information between the experts of adjacent layers is \(mean.wholePercent) of its \
      maximum on average, and largest between layers \(most.layer) and \
      \(layers[most.next].layer) (\(most.2.wholePercent)).
      """
  }

  private var subsetFinding: String? {
    let ordered = distancesDescending
    guard let first = ordered.first, let place = first.layers.placeOfLargest,
      layers.indices.contains(place)
    else { return nil }
    let start = """
      \(first.first) and \(first.second) differ most: their Jensen–Shannon distance is \
      \(first.mean.fixed(2)) on average over the layers (at most 1), and \
      \(first.layers[place].fixed(2)) in layer \(layers[place].layer).
      """
    guard ordered.count > 1, let last = ordered.last else { return start }
    return start
      + " \(last.first) and \(last.second) are most similar (\(last.mean.fixed(2)))."
  }

  private var recurrentFinding: String? {
    let states = layers.compactMap(\.recurrent)
    guard let first = states.first, let last = states.last else { return nil }
    let cosines = states.compactMap(\.cosine)
    let turning = cosines.mean.map {
      " The cosine with the previous state is \($0.fixed(2)) on average."
    }
    return """
      The router's state has norm \(first.norm.significant(3)) in the first layer and \
      \(last.norm.significant(3)) in the last; a step changes it by \
      \((states.map(\.change).mean ?? 0).significant(3)) on average.\(turning ?? "")
      """
  }

  private var similarityFinding: String? {
    let all = layers.compactMap(\.experts)
    guard let gate = all.map(\.gateRow).mean, let w1 = all.map(\.w1.averaged).mean else {
      return nil
    }
    let matched = all.compactMap(\.w1.reordered).mean.map {
      ", and matched single neurons one of \($0.fixed(2))"
    }
    return """
      The router rows of two experts have a cosine of \(gate.fixed(2)) on average, their mean \
      w1 neurons one of \(w1.fixed(2))\(matched ?? "").
      """
  }

  private var outputFinding: String? {
    let all = layers.compactMap(\.outputs)
    guard let spearman = all.map(\.spearman).mean, let first = all.map(\.firstIsLargest).mean,
      let alike = all.map(\.similarity).mean
    else { return nil }
    return """
      With all experts run on a sample of tokens, the router's first choice has the largest output \
      for \(first.wholePercent) of the tokens (\((1 / Double(experts)).percent)% by chance); scores \
      and norms have a rank correlation of \(spearman.signed). Outputs of two experts have a \
      cosine of \(alike.fixed(2)).
      """
  }
}

extension RoutingPrediction {
  /// "12 prompts with 48 responses".
  var extent: String {
    "\(prompts.counted("prompt")) with \(responses.counted("response"))"
  }

  fileprivate var scoreFinding: String? {
    guard let score else { return nil }
    return "Within \(extent), \(words(for: score, of: "score")) \(Self.strongest(ofScore))"
  }

  fileprivate var lengthFinding: String {
    let start = score == nil ? "Within \(extent), " : ""
    let said = start + words(for: length, of: "length") + " " + Self.strongest(ofLength)
    return said.prefix(1).uppercased() + said.dropFirst()
  }

  private func words(for estimate: Estimate, of what: String) -> String {
    let shown = "held-out R² \(estimate.signed)"
    return if estimate.interval.lowerBound > 0 {
      "the experts of a response's tokens predict some of its \(what): \(shown)."
    } else if estimate.interval.upperBound < 0 {
      "the experts of a response's tokens do not predict its \(what): \(shown), worse than a guess."
    } else {
      "the experts of a response's tokens do not significantly predict its \(what): \(shown)."
    }
  }

  private static func strongest(_ associations: [Association]) -> String {
    guard let first = associations.first else { return "" }
    return """
      The expert most correlated with it is \(first.expert) of layer \(first.layer), \
      r \(first.correlation.signed); as the largest of many, this is optimistic.
      """
  }

  fileprivate var biasFinding: String? {
    guard let bias else { return nil }
    let total = """
      100 more characters correspond to \(bias.total.value.signedShort) in score (95% \
      \(bias.total.interval.signedShort))
      """
    guard let share = bias.share else {
      return total + "; this is not significant, so no fraction of it is reported."
    }
    return """
      \(total); \(share.wholePercent) of this passes through routing. This is correlation, not \
      causation.
      """
  }
}

extension Double {
  /// Three significant digits and always a sign.
  var signedShort: String { (self > 0 ? "+" : "") + significant(3) }
}

extension ClosedRange<Double> {
  var signedShort: String { "\(lowerBound.signedShort) to \(upperBound.signedShort)" }
}
