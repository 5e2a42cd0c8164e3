/// What `--save` writes and `--apply` takes: one calibration, or one for each value of a column.
internal import TareCalibration
internal import TareCore
internal import TareNumerics

enum SavedCalibrations: Sendable {
  case one(Calibration)
  case groups(column: String, [(value: String, calibration: Calibration)])

  /// Of the form for groups.
  static let version = 1

  static func read(_ path: String) throws(TareError) -> SavedCalibrations {
    let file = try InputFile(path)
    do throws(TareError) {
      return try SavedCalibrations(json: JSONValue(parsing: file.data))
    } catch {
      throw error.inside(file.name)
    }
  }

  private init(json: JSONValue) throws(TareError) {
    guard let groups = json["groups"] else {
      self = .one(try Calibration(json: json))
      return
    }
    guard json["version"]?.int == Self.version else {
      throw .badData(
        place: "version", found: json["version"]?.outline ?? "none", accepted: "\(Self.version)")
    }
    guard let column = json["by"]?.string, !column.isEmpty else {
      throw .badData(place: "by", found: json["by"]?.outline ?? "none", accepted: "a column")
    }
    guard let groups = groups.array, !groups.isEmpty else {
      throw .badData(
        place: "groups", found: groups.outline, accepted: "an array of values and calibrations")
    }
    var found: [(value: String, calibration: Calibration)] = []
    for (place, group) in groups.enumerated() {
      guard let value = group["value"]?.string, !found.contains(where: { $0.value == value }) else {
        throw .badData(
          place: "groups[\(place)].value", found: group["value"]?.outline ?? "none",
          accepted: "a value, each once")
      }
      do throws(TareError) {
        found.append((value, try Calibration(json: group["calibration"] ?? .null)))
      } catch {
        throw error.inside("groups[\(place)]")
      }
    }
    let covariates = found[0].calibration.covariates
    if let other = found.first(where: { $0.calibration.covariates != covariates }) {
      throw .badData(
        place: "groups", found: "other covariates for \(other.value)",
        accepted: "the same covariates for all values")
    }
    self = .groups(column: column, found)
  }

  var json: JSONValue {
    switch self {
    case .one(let calibration): calibration.json
    case .groups(let column, let groups):
      [
        "version": .int(Self.version), "by": .string(column),
        "groups": .array(
          groups.map { ["value": .string($0.value), "calibration": $0.calibration.json] }),
      ]
    }
  }

  /// The only one; nil where groups have their own.
  var single: Calibration? { if case .one(let calibration) = self { calibration } else { nil } }

  /// The first, whose covariates are those of all.
  var first: Calibration {
    switch self {
    case .one(let calibration): calibration
    case .groups(_, let groups): groups[0].calibration
    }
  }

  /// The calibration of a group.
  ///
  /// - Parameter group: the value of the column; nil for rows that are not grouped.
  /// - Throws: `TareError.badData` for a value that has none.
  func calibration(of group: String?) throws(TareError) -> Calibration {
    switch self {
    case .one(let calibration): return calibration
    case .groups(let column, let groups):
      if let found = groups.first(where: { $0.value == group }) { return found.calibration }
      throw .badData(
        place: "column \(column)", found: group.map { "'\($0)'" } ?? "no values",
        accepted: "a value that has a calibration: "
          + groups.map(\.value).joined(separator: ", "))
    }
  }

  /// Has the source read by the column of the groups.
  ///
  /// - Throws: `TareError.usage` where it is read by another one, and for a run in a store, which has no columns.
  func group(_ source: inout ScoreSource) throws(TareError) {
    guard case .groups(let column, _) = self else { return }
    if let other = source.by, other != column {
      throw .usage("--by: expected \(column), the column of the saved calibrations, found \(other)")
    }
    guard case .file = source.place else {
      throw .usage("calibrations for the values of column \(column) apply to score files")
    }
    source.by = column
  }
}

/// Whether the groups' scores depend on a covariate in different ways.
struct GroupDifference: Sendable {
  let column: String
  let covariate: String
  let comparison: CurveComparison

  /// So many responses are tested at most: a difference that they do not show is small.
  private static let most = 5_000

  /// - Parameter tables: a group each.
  /// - Returns: nil where fewer than two groups have ten responses, or the covariate is constant in one.
  init?(_ column: String, _ tables: [(name: String, table: CalibrationTable)]) {
    let large = tables.filter { $0.table.count >= 10 }
    guard large.count > 1, let covariate = large[0].table.covariates.first else { return nil }
    let x = large.flatMap { $0.table.columns[0] }
    let y = large.flatMap { $0.table.scores }
    let names = large.flatMap { group in group.table.scores.map { _ in group.name } }
    guard
      let lowess = try? Lowess(
        frac: 2.0 / 3, it: 0, delta: ((x.max() ?? 0) - (x.min() ?? 0)) / 100),
      let comparison = try? CurveComparison(
        lowess, x: x, y: y, names: names, mostTested: Self.most, ignoresLevels: true)
    else { return nil }
    (self.column, self.covariate, self.comparison) = (column, covariate.name, comparison)
  }

  var json: JSONValue {
    [
      "by": .string(column), "covariate": .string(covariate),
      "root_mean_square": .double(comparison.distance), "p": .double(comparison.p),
      "resamples": .int(comparison.resamples),
    ]
  }
}
