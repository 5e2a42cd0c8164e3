/// Folds of prompts, and fits that never see a prompt's own scores.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct CrossFitTests {
  private let settings = Made.settings { $0.crossFit = 5 }

  @Test func `folds depend on the id alone, and are about alike in size`() {
    let ids = (0..<1000).map { "prompt \($0)" }
    let folds = Folds(PromptGroups(ids), count: 5)
    let reversed = Folds(PromptGroups(ids.reversed()), count: 5)
    #expect(folds.ofRow == reversed.ofRow.reversed())
    for fold in 0..<5 {
      // 200 of each are expected, with a standard deviation of 13.
      #expect((150...250).contains(folds.ofRow.count { Int($0) == fold }))
    }
    // Saved calibrations rely on these numbers: they must never change.
    #expect(
      Folds(PromptGroups(["a", "b", "c", "d", "e", "ü"]), count: 5).ofRow == [3, 0, 2, 1, 2, 1])
  }

  /// Methods whose bias does not depend on the row's own score once they are fitted.
  @Test(arguments: [
    "lowess", "mean", "penalty", "lowess-penalty", "within-prompt", "additive", "monotone",
    "bradley-terry",
  ])
  func `a prompt's own scores do not reach its bias`(method: String) throws {
    let table = try Made.table {
      ($0.within, $0.between, $0.labelSlope) = (1, 0.5, 0)
    }
    func set(_ options: inout CalibratorOptions) {
      if method.hasSuffix("penalty") { options.coefficient = .tuned }
    }
    let before = try Made.fit(method, table, settings, set).apply(to: table).bias
    let prompts = try #require(table.prompts)
    let changed = prompts.rows[17]
    var scores = table.scores
    for row in changed { scores[row] += row.isMultiple(of: 2) ? 2 : -1 }
    let other = try table.scored(scores)
    let after = try Made.fit(method, other, settings, set).apply(to: other).bias
    #expect(changed.map { before[$0] } == changed.map { after[$0] })
    #expect(before != after, "the others' do change")
    let plain = try Made.fit(method, other, .init(), set).apply(to: other).bias
    #expect(changed.map { before[$0] } != changed.map { plain[$0] })
  }

  @Test func `saved and applied, each prompt finds its fold again`() throws {
    let table = try Made.table { $0.within = 1 }
    let calibration = try Made.fit("lowess", table, settings)
    let read = try Made.saved(calibration)
    let whole = try read.apply(to: table)
    #expect(try whole == calibration.apply(to: table))
    // A part of the data, in another order.
    let prompts = try #require(table.prompts)
    let rows = prompts.rows.reversed().prefix(20).flatMap { $0 }
    let part = try CalibrationTable(
      scores: rows.map { table.scores[$0] }, values: rows.map { table.columns[0][$0] },
      covariate: .length,
      prompts: PromptGroups(rows.map { prompts.ids[Int(prompts.groupOfRow[$0])] }))
    #expect(try read.apply(to: part).bias == rows.map { whole.bias[$0] })
    #expect(calibration.parameters["cross_fit"] == 5)
  }

  @Test func `rows without prompts get the mean of all folds`() throws {
    let table = try Made.table { $0.within = 1 }
    let calibration = try Made.fit("lowess", table, settings)
    guard case .folds(let folds) = calibration.bias else {
      Issue.record("folds are expected")
      return
    }
    let bare = try CalibrationTable(scores: [1], values: [1100], covariate: .length)
    let mean = folds.reduce(0) { $0 + $1.values(for: bare)[0] } / 5
    #expect(try calibration.apply(to: bare).bias == [mean])
    let error = #expect(throws: TareError.self) { try Made.fit("lowess", bare, settings) }
    #expect(error?.description.hasPrefix("cross-fitting requires prompts") == true)
  }

  /// Fits that several folds have in common are made once: what comes of it is what fits to each part
  /// by itself give.
  @Test func `a method that chooses by folds is cross-fitted as by hand`() throws {
    let table = try Made.table {
      ($0.prompts, $0.responses, $0.within, $0.labelSlope) = (200, 3, 1.5, 0)
    }
    let crossFitted = try Made.fit("auto", table, settings)
    let prompts = try #require(table.prompts)
    let folds = Folds(prompts, count: 5).ofRow.map { Int($0) }
    let bias = try crossFitted.apply(to: table).bias
    var corrected = 0
    for fold in 0..<5 {
      let rows = folds.indices.filter { folds[$0] != fold }
      let part = try CalibrationTable(
        scores: rows.map { table.scores[$0] }, columns: [rows.map { table.columns[0][$0] }],
        covariates: table.covariates, prompts: prompts.taking(rows.map { Int32($0) }),
        labels: table.labels.map { labels in rows.map { labels[$0] } })
      let byHand = try Made.fit("auto", part)
      let expected = try byHand.apply(to: table).bias
      for row in folds.indices where folds[row] == fold {
        expectClose([bias[row]], [expected[row]], tolerance: 1e-9)
      }
      corrected += byHand.gamma > 0 ? 1 : 0
    }
    #expect(corrected == 5, "nothing was compared where each part abstains")
    let again = try Made.fit("auto", table.sharingFits(), settings)
    #expect(try again.apply(to: table).bias == bias)
  }
}
