/// `tare serve --calibration`: a saved calibration that every answer goes through.
package import TareCalibration
package import TareCore

package struct ServedCalibration: Sendable {
  private let calibration: Calibration
  private let kinds: [any TextCovariate.Type]
  /// How answers name it: method, covariates, and the data that it was fitted to.
  package let name: String

  /// - Parameter path: where it was read, for messages.
  /// - Throws: `TareError.usage` for a calibration that needs more than a response and its tokens.
  package init(_ calibration: Calibration, from path: String) throws(TareError) {
    self.calibration = calibration
    guard !calibration.bias.needsNames else {
      throw .usage("\(path): requires the subset of each response, which requests do not contain")
    }
    var kinds: [any TextCovariate.Type] = []
    for covariate in calibration.covariates {
      guard let kind = TextCovariates.identified(covariate.id), kind.source != .prompt else {
        throw .usage(
          "\(path): requires \(covariate.name) (\(covariate.definition)), which cannot be computed "
            + "from a response and its tokens")
      }
      kinds.append(kind)
    }
    self.kinds = kinds
    let covariates = calibration.covariates.map(\.name).joined(separator: "+")
    name = "\(calibration.method) \(covariates) \(calibration.digest.prefix(16))"
  }

  /// What is to be known of it before it serves; nil for nothing.
  package var remark: String? {
    guard calibration.covariates.contains(where: \.isTakenForLength) else { return nil }
    return
      "the calibration was fitted to a column 'length'; the server counts the response's Unicode "
      + "scalars: make sure that the column has the same unit"
  }

  /// Whether it measures anything on a text.
  package var needsTexts: Bool { !kinds.isEmpty }

  /// Whether a response must be told apart from its prompt.
  var needsResponses: Bool { kinds.contains { $0.source == .response } }

  /// The scores without their bias, in order.
  func rewards(_ scores: [Score], responses: [String]) throws(TareError) -> [Double] {
    guard !scores.isEmpty else { return [] }
    let columns = kinds.map { kind in
      zip(scores, responses).map { score, response in
        // Nil only without tokens, which these scores have.
        kind.value(prompt: [], response: response, tokens: score.tokens) ?? 0
      }
    }
    let table = try CalibrationTable(
      scores: scores.map { Double($0.value) }, columns: columns,
      covariates: calibration.covariates)
    return try calibration.apply(to: table).calibrated
  }
}
