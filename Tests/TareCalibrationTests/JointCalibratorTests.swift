/// Several covariates at once with the least change of order: against a reference, and where the answer is known.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct JointCalibratorTests {
  /// See Fixtures/joint.py.
  private let reference: JSONValue
  private let table: CalibrationTable

  init() throws {
    let reference = try JSONValue(
      parsing: String(contentsOf: fixture("joint.json"), encoding: .utf8))
    self.reference = reference
    func numbers(_ key: String) throws -> [Double] {
      try #require(reference[key]?.array).compactMap(\.double)
    }
    table = try CalibrationTable(
      scores: numbers("score"), columns: [numbers("length"), numbers("lists")],
      covariates: [.named("length"), .named("lists")],
      prompts: PromptGroups(try #require(reference["prompt"]?.array).compactMap(\.string)))
  }

  @Test func `bias and objective are those of the whole linear system`() throws {
    let calibration = try Made.fit("joint", table)
    let wanted = try #require(reference["bias"]?.array).compactMap(\.double)
    // The system's condition is about 1e8, of the 1e-8 on the diagonal.
    let bias = try calibration.apply(to: table).bias
    #expect(zip(bias, wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    for key in ["objective", "objective_least_squares", "nearness"] {
      let (own, other) = (calibration.findings[key]?.double, reference[key]?.double)
      #expect(abs((own ?? .nan) / (other ?? .nan) - 1) < 1e-6, "\(key)")
    }
  }

  @Test func `no correction of the same covariates has a smaller objective`() throws {
    let findings = try Made.fit("joint", table).findings
    let own = try #require(findings["objective"]?.double)
    let leastSquares = try #require(findings["objective_least_squares"]?.double)
    #expect(own <= leastSquares * (1 + 1e-9))
  }

  /// Scores of a quality that knows nothing of two covariates, and of both of them.
  private func planted(seed: UInt64) throws -> CalibrationTable {
    var normals = Made.Normals(seed: seed)
    var (scores, lengths, lists, prompts): ([Double], [Double], [Double], [String]) = (
      [], [], [], []
    )
    for prompt in 0..<400 {
      for _ in 0..<4 {
        let length = exp(4 + 0.5 * normals.next())
        let count = max(0, (length / 40 + 1.5 * normals.next()).rounded())
        scores.append(normals.next() + 1.2 * log(length) + 0.2 * count)
        lengths.append(length)
        lists.append(count)
        prompts.append("p\(prompt)")
      }
    }
    return try CalibrationTable(
      scores: scores, columns: [lengths, lists],
      covariates: [.named("length"), .named("lists")], prompts: PromptGroups(prompts))
  }

  @Test
  func `after it neither covariate goes with the score, for fewer changes than by backfitting`()
    throws
  {
    let table = try planted(seed: 4)
    var changed: [String: Int] = [:]
    for method in ["joint", "additive"] {
      let calibrated = try Made.fit(method, table).apply(to: table).calibrated
      let audit = try #require(
        SubstitutionAudit(table, calibrated: calibrated, targets: ["length", "lists"]))
      for cell in audit.cells {
        #expect(abs(cell.before.value) > 0.2, "\(cell.covariate)")
        if method == "joint" { #expect(abs(cell.after.value) < 0.05, "\(cell.covariate)") }
      }
      let prompts = try #require(table.prompts)
      changed[method] = PairOrder(within: prompts, table.scores, calibrated).discordant
    }
    let (joint, additive) = (changed["joint"] ?? 0, changed["additive"] ?? 0)
    #expect(joint > 0)
    #expect(joint <= additive, "joint \(joint), additive \(additive)")
  }

  @Test func `covariates that vary nowhere within prompts, or say the same, are refused`() throws {
    let groups = try #require(table.prompts)
    let constant = groups.groupOfRow.map { Double($0) }
    #expect(throws: TareError.self) {
      try Made.fit(
        "joint",
        CalibrationTable(
          scores: table.scores, columns: [table.columns[0], constant],
          covariates: table.covariates, prompts: groups))
    }
    #expect(throws: TareError.self) {
      try Made.fit(
        "joint",
        CalibrationTable(
          scores: table.scores, columns: [table.columns[0], table.columns[0]],
          covariates: table.covariates, prompts: groups))
    }
    #expect(throws: TareError.self) {
      try Made.fit(
        "joint",
        CalibrationTable(
          scores: table.scores, columns: table.columns, covariates: table.covariates))
    }
  }
}
