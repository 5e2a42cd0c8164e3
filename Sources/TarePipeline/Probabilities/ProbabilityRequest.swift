/// `tare calibrate --probabilities`: what is asked for.
internal import Foundation
internal import TareCalibration
internal import TareCore
internal import TareFormats

package struct ProbabilityRequest: Sendable {
  package var input: String
  package var format: String?
  package var columns: [String] = []
  package var label: String?
  package var policy = RowPolicy()
  /// nil: the one of least held-out log loss.
  package var method: String?
  package var folds: Int?
  package var seed: UInt64 = 1
  /// How often sets may miss the right option; nil for no sets.
  package var miss: Double?
  /// The share of given answers that may be wrong; nil for no limit.
  package var risk: Double?
  package var delta = 0.1
  /// A saved calibration to be applied instead of fitting one.
  package var apply: String?
  package var save: String?
  package var output: String?
  package var outputFormat: String?
  /// Whether the rows are wanted beside a file.
  package var printsRows = false

  package init(input: String) { self.input = input }

  /// The methods that there are, for help.
  package static let methods = ProbabilityMethod.allCases.map { "\($0.rawValue) (\($0.summary))" }
    .joined(separator: ", ")

  func options() throws(TareError) -> ProbabilityOptions {
    var options = ProbabilityOptions()
    if let method {
      guard let known = ProbabilityMethod(rawValue: method) else {
        throw .usage(
          "--method: expected \(ProbabilityMethod.allCases.map(\.rawValue).joined(separator: ", ")), "
            + "found \(method)")
      }
      options.method = known
    }
    if let folds { options.folds = folds }
    options.seed = seed
    options.miss = miss
    options.risk = risk
    options.delta = delta
    try options.check()
    return options
  }

  func table() throws(TareError) -> (table: DataTable, digest: Digest) {
    try Self.table(input, format: format, columns: columns, policy)
  }

  static func table(
    _ input: String, format: String?, columns: [String], _ policy: RowPolicy
  ) throws(TareError) -> (table: DataTable, digest: Digest) {
    let file = try InputFile(input)
    let table = try readTable(
      file.bytes, name: file.name, format: format, skipsBadRows: policy.badRows.skips,
      dropsMissing: policy.badRows.dropsMissing, columns: try ColumnMapping(command: columns))
    policy.badRows.tell(table.notes, of: file.name)
    return (table, file.digest)
  }
}
