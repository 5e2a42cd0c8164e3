/// The registry of calibration methods. To add one: write its file, and add its type here.
package import TareCore

package enum Calibrators {
  package static let registry = Registry<any Calibrator.Type>(
    "calibration method",
    [
      AutoCalibrator.self,
      LowessCalibrator.self,
      MeanCalibrator.self,
      PenaltyCalibrator.self,
      LowessPenaltyCalibrator.self,
      WithinPromptCalibrator.self,
      AdditiveCalibrator.self,
      JointCalibrator.self,
      SurfaceCalibrator.self,
      MonotoneCalibrator.self,
      BradleyTerryCalibrator.self,
      IsotonicCalibrator.self,
      QuantileCalibrator.self,
    ]
  ) { $0 }

  /// The calibrator of this key with these settings.
  ///
  /// - Throws: `TareError.usage` for an unknown key, an option that the method does not have, and a
  ///   setting out of range.
  package static func calibrator(
    _ key: String, _ options: CalibratorOptions = .init()
  ) throws(TareError) -> any Calibrator {
    let type = try registry.entry(for: key)
    if let unread = options.given.first(where: { !type.options.contains($0) }) {
      let known =
        type.options.isEmpty ? "none" : type.options.map(\.rawValue).joined(separator: ", ")
      throw .usage("method \(key) has no option \(unread.rawValue): expected one of \(known)")
    }
    return try type.init(options)
  }
}
