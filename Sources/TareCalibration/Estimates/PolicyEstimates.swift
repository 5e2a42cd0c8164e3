/// Means of policies, and their differences, from many scores and few labels.
package import TareCore

package struct PolicyEstimates: Sendable {
  package struct Policy: Sendable {
    package let name: String
    package let responses: Int
    package let prompts: Int
    package let labelled: Int
    /// By the labels alone; nil with fewer than two.
    package let labels: PolicyMean?
    package let predictionPowered: PolicyMean?
    /// What of the score PPI++ takes.
    package let lambda: Double?
    package let calibrated: PolicyMean
    /// Whether labels of its own correct the calibrated mean; otherwise the curve is taken to hold for it.
    package let isCorrected: Bool
    package let transport: TransportCheck?
    package let budget: LabelBudget?
  }

  /// A policy less the one it is compared with.
  package struct Difference: Sendable {
    package let name: String
    package let against: String
    package let labels: PolicyMean?
    package let predictionPowered: PolicyMean?
    package let calibrated: PolicyMean
  }

  package let policies: [Policy]
  package let differences: [Difference]
  /// Of all labels.
  package let labelRange: ClosedRange<Double>
  /// Labelled responses, and prompts, of all policies.
  package let labelled: Int
  package let labelledPrompts: Int

  /// Labels that estimates need at least, of all policies together.
  package static let leastLabels = 10

  /// - Parameters:
  ///   - samples: at least one; each with the same covariates.
  ///   - against: the place of the policy that others are compared with.
  ///   - margin: for transport checks, in the label's unit; nil for a share of the labels' range.
  ///   - halfWidth: makes the budget, from labels' range to half a width; nil for no budget.
  /// - Throws: `TareError.badData` with fewer than ten labels, or labels in fewer than five prompts.
  package init(
    _ samples: [PolicySample], against: Int = 0, margin: Double? = nil,
    halfWidth: ((ClosedRange<Double>) -> Double)? = nil
  ) throws(TareError) {
    let prompts = SharedPrompts(samples)
    let labels = samples.flatMap { $0.labels.compactMap(\.self) }
    let labelledPrompts = prompts.isLabelled.count { $0 }
    guard labels.count >= Self.leastLabels, labelledPrompts >= CalibratedMeans.folds,
      let least = labels.min(), let most = labels.max()
    else {
      throw .badData(
        place: "the labels", found: "\(labels.count) labels in \(labelledPrompts) prompts",
        accepted: "at least \(Self.leastLabels) labels in \(CalibratedMeans.folds) prompts")
    }
    (labelRange, labelled) = (least...most, labels.count)
    self.labelledPrompts = labelledPrompts
    let powered = samples.indices.map {
      PredictionPowered(samples[$0], prompts.ofRow[$0], count: prompts.count)
    }
    let calibrated = CalibratedMeans(samples, prompts, labelledPrompts: labelledPrompts)
    let margin = margin ?? TransportCheck.usualMargin * (most - least)
    policies = samples.indices.map { place in
      Policy(
        samples[place], prompts: Set(prompts.ofRow[place]).count, powered[place], calibrated, place,
        margin: margin, halfWidth: halfWidth?(least...most))
    }
    differences = samples.indices.filter { $0 != against }.map { place in
      func difference(_ kind: KeyPath<PredictionPowered, PolicyMean>) -> PolicyMean? {
        guard let own = powered[place], let other = powered[against] else { return nil }
        return Self.difference(own, other, kind)
      }
      let values = calibrated.without.map { $0.means[place] - $0.means[against] }
      return Difference(
        name: samples[place].name, against: samples[against].name,
        labels: difference(\.labelMean), predictionPowered: difference(\.mean),
        calibrated: PolicyMean(
          calibrated.whole.means[place] - calibrated.whole.means[against], withoutGroups: values))
    }
  }

  /// Of one prompt both policies' errors count together.
  private static func difference(
    _ own: PredictionPowered, _ other: PredictionPowered,
    _ kind: KeyPath<PredictionPowered, PolicyMean>
  ) -> PolicyMean {
    let (first, second) = (own[keyPath: kind], other[keyPath: kind])
    return PolicyMean(
      first.value - second.value,
      influences: zip(first.influences, second.influences).map { $0 - $1 },
      clusters: min(own.labelled, other.labelled))
  }
}

extension PolicyEstimates.Policy {
  /// - Parameters:
  ///   - powered: nil with fewer than two labels.
  ///   - halfWidth: of the budget; nil for none.
  fileprivate init(
    _ sample: PolicySample, prompts: Int, _ powered: PredictionPowered?,
    _ calibrated: CalibratedMeans, _ place: Int, margin: Double, halfWidth: Double?
  ) {
    var budget: LabelBudget?
    if let halfWidth, let powered {
      budget = LabelBudget(
        halfWidth: halfWidth, powered, calibrated: calibrated.whole.variances[place],
        rows: sample.scores.count)
    }
    let without = calibrated.without.compactMap { $0.transported[place] }
    var transport: TransportCheck?
    if let bias = calibrated.whole.transported[place], without.count == calibrated.without.count {
      transport = TransportCheck(
        bias: PolicyMean(bias, withoutGroups: without), margin: margin)
    }
    self.init(
      name: sample.name, responses: sample.scores.count, prompts: prompts,
      labelled: sample.labelled.count, labels: powered?.labelMean,
      predictionPowered: powered?.mean, lambda: powered?.lambda,
      calibrated: PolicyMean(
        calibrated.whole.means[place], withoutGroups: calibrated.without.map { $0.means[place] }),
      isCorrected: calibrated.isCorrected[place], transport: transport, budget: budget)
  }
}
