/// What the best of n candidates is worth, chosen by raw and by calibrated scores.

package struct BestOfNCurves: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    package var n: Int
    /// Bound on the KL divergence from the policy that made the candidates, in nats.
    package var kl: Double
    /// Prompts that have n candidates.
    package var prompts: Int
    package var value: Double
    /// 95%; nil for one prompt.
    package var interval: ClosedRange<Double>?

    package init(
      n: Int, kl: Double, prompts: Int, value: Double, interval: ClosedRange<Double>?
    ) {
      self.n = n
      self.kl = kl
      self.prompts = prompts
      self.value = value
      self.interval = interval
    }
  }

  /// One thing that the chosen candidates have: a label, a length, a score.
  package struct Panel: Sendable, Hashable {
    /// "Expected label of the best of n".
    package var title: String
    package var unit: String
    /// n ascending.
    package var raw: [Point]
    package var calibrated: [Point]

    package init(title: String, unit: String, raw: [Point], calibrated: [Point] = []) {
      self.title = title
      self.unit = unit
      self.raw = raw
      self.calibrated = calibrated
    }
  }

  package var panels: [Panel]

  package init(panels: [Panel]) { self.panels = panels }
}
