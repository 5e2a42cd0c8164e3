/// What `tare audit` is asked for.
internal import TareCalibration
internal import TareCore

package struct CorrectionAuditRequest: Sendable {
  package var source: ScoreSource
  /// The covariates that the calibrations are about; none for "length".
  package var targets: [String] = []
  /// Columns that are watched beside all that can be counted on the texts.
  package var watched: [String] = []
  /// Saved calibrations.
  package var calibrations: [String] = []
  /// Methods that are fitted to the data and audited.
  package var methods: [String] = []
  /// Settings of those methods; the method itself does not count.
  package var settings = CalibrateSettings()

  package init(source: ScoreSource) { self.source = source }

  var targetNames: [String] { targets.isEmpty ? [Covariate.length.name] : targets }

  /// What is counted on texts, wherever there are texts.
  static let counted = TextCovariates.registry.entries.filter { kind in
    // The second name of the length says nothing new.
    kind.source == .response && kind.key != Characters.key
  }
}
