/// Calibrations for other Swift programs: columns of numbers in and out.
public import Foundation
public import TareCore

extension Calibration {
  /// Fits a calibration.
  ///
  /// - Parameters:
  ///   - scores: the reward of each response, [row].
  ///   - covariate: what they shall not depend on, as the response's length, [row].
  ///   - name: what the covariate is called in messages and in the saved form.
  ///   - prompts: which rows answer the same prompt, [row].
  ///   - labels: how good each response is, more is better, [row].
  ///   - method: a key of `tare calibrate --method`; "auto" corrects only as far as the evidence goes.
  ///   - date: written into the calibration as it stands.
  /// - Throws: `TareError.usage` for a method that there is not or that needs what is not given;
  ///   `TareError.badData` that names column and row (from 1) of a value that cannot be used.
  public static func fit(
    scores: [Double], covariate: [Double], named name: String = "length",
    prompts: [String]? = nil, labels: [Double]? = nil, method: String = "auto",
    date: String = Date.now.formatted(.iso8601)
  ) throws(TareError) -> Calibration {
    let table = try CalibrationTable(
      scores: scores, values: covariate, covariate: .named(name),
      prompts: try groups(prompts, rows: scores.count), labels: labels)
    return try Calibrators.calibrator(method).fit(table, date: date)
  }

  /// The calibrated scores of the rows that it was fitted to, or of others, [row].
  ///
  /// - Parameters:
  ///   - scores: the reward of each response, [row].
  ///   - covariate: that of the fit, of each response, [row].
  ///   - name: what the covariate is called; it must be the one that the calibration was fitted to.
  ///   - prompts: which rows answer the same prompt, for calibrations fitted by folds, [row].
  /// - Throws: `TareError.badData` for columns of unequal length, values that are not finite, and a
  ///   calibration of another covariate, of several or by subset.
  public func apply(
    to scores: [Double], covariate: [Double], named name: String = "length",
    prompts: [String]? = nil
  ) throws(TareError) -> [Double] {
    let table = try CalibrationTable(
      scores: scores, values: covariate, covariate: .named(name),
      prompts: try Self.groups(prompts, rows: scores.count))
    return try apply(to: table).calibrated
  }

  /// Whether it changes any score. "auto" changes none where the evidence says that length is no bias, or
  /// says nothing.
  public var corrects: Bool { gamma != 0 }

  /// Why "auto" decided so; nil for other methods.
  public var reason: String? { findings["reason"]?.string }

  /// The saved form, JSON, as `tare calibrate --save` writes it.
  public var data: Data { Data(json.text(indent: 2).utf8) }

  /// Reads the saved form.
  ///
  /// - Throws: `TareError.badData` that names the member, what stands there and what is accepted.
  public init(data: Data) throws(TareError) {
    try self.init(json: JSONValue(parsing: Array(data)))
  }

  private static func groups(
    _ prompts: [String]?, rows: Int
  ) throws(TareError) -> PromptGroups? {
    guard let prompts else { return nil }
    guard prompts.count == rows else {
      throw .badData(
        place: "column of prompts", found: "\(prompts.count) rows",
        accepted: "\(rows) rows, as many as column score")
    }
    return PromptGroups(prompts)
  }
}
