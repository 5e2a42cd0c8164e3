/// Which calibration is shown, how it was made, and what it knew of the labels that judge it.
package import TareEvaluation

package struct CalibrationStory: Sendable, Hashable {
  package enum Origin: Sendable, Hashable {
    /// Fitted to these responses for the report alone.
    case fittedHere
    /// Kept with the run.
    case stored(date: String)
    /// A column of the source.
    case column
  }

  package let origin: Origin
  /// Method and settings; nil where nothing tells.
  package let method: String?
  package let labels: LabelUse
  /// Whether it changes scores at all.
  package let corrects: Bool

  package init(_ origin: Origin, method: String?, labels: LabelUse, corrects: Bool = true) {
    self.origin = origin
    self.method = method
    self.labels = labels
    self.corrects = corrects
  }

  /// A sentence or two, the same on the page and in the terminal.
  package var text: String {
    let name = method ?? "an unknown method"
    switch origin {
    case .column:
      return """
        The calibrated scores are the source's own column calibrated; how they were computed is \
        unknown.
        """
    case .fittedHere where !corrects:
      return "The method \(name) leaves these scores unchanged."
    case .fittedHere:
      return """
        Calibrated by \(name), fitted to these responses for this report only\(knowledge).
        """
    case .stored(let date) where !corrects:
      return "The run's calibration, \(name) on \(date), leaves the scores unchanged."
    case .stored(let date):
      return "Calibrated by \(name) on \(date)\(knowledge)."
    }
  }

  private var knowledge: String {
    switch labels {
    case .unused: ", without their labels"
    case .heldOut:
      ", with their labels, but each prompt by a fit to other prompts, without its own labels"
    case .otherData: ", fitted to other responses and their labels"
    case .inSample: ", with these labels"
    case .unknown: ""
    }
  }
}
