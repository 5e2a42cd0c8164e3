/// What a calibration knew of the labels by which it is judged.

/// A gain that is measured on the labels that chose the correction is too large by an unknown amount,
/// and no test of it holds.
package enum LabelUse: String, Sendable, Hashable {
  /// The labels had no part in it.
  case unused
  /// Each prompt's calibrated score comes from a fit to other prompts.
  case heldOut = "held_out"
  /// It was fitted to other responses.
  case otherData = "other_data"
  /// The labels that judge it chose it.
  case inSample = "in_sample"
  /// The scores came calibrated, and nothing says how.
  case unknown
}

extension Difference {
  /// The same without its test.
  var untested: Difference {
    var difference = self
    difference.isTested = false
    return difference
  }
}
