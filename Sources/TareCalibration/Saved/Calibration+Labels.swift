/// What a calibration knew of the labels of the responses it was fitted to.
internal import TareCore

extension Calibration {
  /// Whether labels had a part in it: they chose method or gamma, or the fit itself is to them.
  package var usesLabels: Bool {
    if findings["gamma_choice"] != nil || findings["basis"]?.string == Verdict.Basis.labels.rawValue
    {
      return true
    }
    guard let calibrator = try? Calibrators.registry.entry(for: method) else { return true }
    return calibrator.needsLabels
  }

  /// Whether each prompt's bias comes from a fit to other prompts, all that labels chose with it.
  package var isCrossFitted: Bool {
    parameters["cross_fit"] != nil && findings["gamma_choice"] == nil
  }
}
