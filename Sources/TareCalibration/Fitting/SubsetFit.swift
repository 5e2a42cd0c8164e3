/// A bias for each subset, drawn towards that of all rows.
internal import TareCore
internal import TareNumerics

/// The share of a subset's own bias is n / (n + shrinkage), n being its rows.
struct SubsetFit {
  private(set) var bias: Bias
  /// Rows at which a subset's own bias counts half.
  private(set) var shrinkage: Double

  /// Half of a subset's rows, 50 to 3,200, or almost none of the subsets' own.
  private static let candidates: [Double] = [0, 50, 200, 800, 3200, 1e9]

  /// - Parameter shrinkage: nil to choose among a few by the squared error left in prompts that a
  ///   fit did not see (five folds).
  init(
    _ calibrator: some Calibrator, _ table: CalibrationTable, _ subsets: NameColumn, pooled: Bias,
    _ shrinkage: Double?
  ) throws(TareError) {
    let own = Self.own(calibrator, table, subsets)
    self.shrinkage =
      if let shrinkage { shrinkage } else { try Self.chosen(calibrator, table, subsets) }
    bias = Self.combined(own, pooled, self.shrinkage)
  }

  private typealias Own = [String: (bias: Bias, rows: Int)]

  private static func own(
    _ calibrator: some Calibrator, _ table: CalibrationTable, _ subsets: NameColumn
  ) -> Own {
    var own: Own = [:]
    for (subset, rows) in subsets.rowsByName {
      // A few rows say nothing of a curve.
      guard rows.count >= 10 else { continue }
      // What cannot be fitted by itself, as within prompts where a subset has one response each, has
      // the bias of all.
      guard let found = try? calibrator.find(in: table.taking(rows)) else { continue }
      own[subset] = (found.taken, rows.count)
    }
    return own
  }

  private static func combined(_ own: Own, _ pooled: Bias, _ shrinkage: Double) -> Bias {
    .subsets(
      own.mapValues { bias, rows in
        .mixture(bias, pooled, share: Double(rows) / (Double(rows) + shrinkage))
      }, otherwise: pooled)
  }

  private static func chosen(
    _ calibrator: some Calibrator, _ table: CalibrationTable, _ subsets: NameColumn
  ) throws(TareError) -> Double {
    let folds = Folds(of: table, count: Folds.usual)
    var errors = [Double](repeating: 0, count: candidates.count)
    for fold in 0..<folds.count {
      let (inside, outside) = folds.split(fold)
      guard !inside.isEmpty, !outside.isEmpty else { continue }
      let training = table.taking(outside)
      let test = table.taking(inside)
      let pooled = try calibrator.find(in: training).taken
      let own = Self.own(calibrator, training, training.subsets ?? subsets)
      for (index, shrinkage) in candidates.enumerated() {
        let bias = combined(own, pooled, shrinkage).values(for: test)
        errors[index] += zip(test.scores, bias).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
    }
    // The most shrinkage among equals.
    let least = errors.min() ?? 0
    return candidates[errors.lastIndex(of: least) ?? 0]
  }
}
