/// Subsets by themselves, drawn to the fit of all.
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct SubsetFitTests {
  /// Two subsets, of prompts in turn; in b the score follows length with another slope.
  private func table(slopeOfB: Double, prompts: Int = 80) throws -> CalibrationTable {
    let table = try Made.table {
      ($0.within, $0.between, $0.prompts, $0.seed) = (1, 1, prompts, 2)
    }
    let subsets = (0..<table.count).map { $0 % 4 < 2 ? "a" : "b" }
    let scores = table.scores.indices.map { row in
      table.scores[row]
        + (subsets[row] == "b" ? (slopeOfB - 1) * (table.columns[0][row] - 1000) / 200 : 0)
    }
    return try CalibrationTable(
      scores: scores, columns: table.columns, covariates: table.covariates, prompts: table.prompts,
      subsets: subsets)
  }

  private func fit(_ table: CalibrationTable, shrinkage: Double?) throws -> Calibration {
    try Made.fit(
      "lowess", table, Made.settings { ($0.perSubset, $0.shrinkage) = (true, shrinkage) })
  }

  private func part(_ subset: String, of table: CalibrationTable) throws -> (
    table: CalibrationTable, rows: [Int]
  ) {
    let subsets = try #require(table.subsets)
    let rows = (0..<table.count).filter { subsets[$0] == subset }
    return (
      try CalibrationTable(
        scores: rows.map { table.scores[$0] }, values: rows.map { table.columns[0][$0] },
        covariate: .length), rows
    )
  }

  @Test func `without shrinkage each subset has the bits of its own fit`() throws {
    let table = try table(slopeOfB: -1)
    let bias = try fit(table, shrinkage: 0).apply(to: table).bias
    for subset in ["a", "b"] {
      let (part, rows) = try part(subset, of: table)
      #expect(try Made.fit("lowess", part).apply(to: part).bias == rows.map { bias[$0] })
    }
  }

  @Test func `with all shrinkage they have the fit of all`() throws {
    let table = try table(slopeOfB: -1)
    let pooled = try Made.fit("lowess", table).apply(to: table).bias
    // 80 rows of 1e15: 1e-13 of the difference of two curves is left.
    expectClose(try fit(table, shrinkage: 1e15).apply(to: table).bias, pooled, tolerance: 1e-11)
  }

  @Test func `between them a subset's share is its rows over rows and shrinkage`() throws {
    let table = try table(slopeOfB: -1)
    let own = try fit(table, shrinkage: 0).apply(to: table).bias
    let pooled = try Made.fit("lowess", table).apply(to: table).bias
    // 80 rows of each subset beside 240: a quarter.
    expectClose(
      try fit(table, shrinkage: 240).apply(to: table).bias,
      zip(own, pooled).map { 0.25 * $0 + 0.75 * $1 }, tolerance: 1e-12)
  }

  @Test func `shrinkage is little where subsets differ and much where they do not`() throws {
    let apart = try fit(try table(slopeOfB: -2), shrinkage: nil)
    let alike = try fit(try table(slopeOfB: 1), shrinkage: nil)
    let little = try #require(apart.parameters["shrinkage"]?.double)
    let much = try #require(alike.parameters["shrinkage"]?.double)
    #expect(little <= 50)
    #expect(much >= 200)
    #expect(apart.parameters["per_subset"] == .bool(true))
  }

  @Test func `a subset that is new or has under ten rows takes the fit of all`() throws {
    var table = try table(slopeOfB: -1)
    let given = try #require(table.subsets)
    var subsets = (0..<table.count).map { given[$0] ?? "" }
    for row in 0..<4 { subsets[row] = "few" }
    table = try CalibrationTable(
      scores: table.scores, columns: table.columns, covariates: table.covariates,
      prompts: table.prompts, subsets: subsets)
    let calibration = try Made.saved(try fit(table, shrinkage: 0))
    let pooled = try Made.fit("lowess", table).apply(to: table).bias
    #expect(try Array(calibration.apply(to: table).bias[0..<4]) == Array(pooled[0..<4]))
    let new = try CalibrationTable(
      scores: [0, 0], columns: [[table.columns[0][0], 900]], covariates: [.length],
      subsets: ["never seen", "b"])
    #expect(try calibration.apply(to: new).bias[0] == pooled[0])
    let error = #expect(throws: TareError.self) {
      try fit(try Made.table { $0.within = 1 }, shrinkage: nil)
    }
    #expect(error == .usage("fits per subset require a column subset"))
  }
}
