/// Audits: the best of n and partial associations, against a reference and where the answer is known.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct AuditTests {
  /// See Fixtures/audit.py.
  private struct Reference {
    let json: JSONValue
    let table: CalibrationTable
    let calibrated: [Double]

    init() throws {
      let json = try JSONValue(
        parsing: String(contentsOf: fixture("audit.json"), encoding: .utf8))
      self.json = json
      let names = ["length", "words", "lists", "headers"]
      let columns = try names.map { name in
        try #require(json["columns"]?[name]?.numbers)
      }
      let prompts = try #require(json["prompt"]?.strings)
      table = try CalibrationTable(
        scores: try #require(json["score"]?.numbers), columns: columns,
        covariates: names.map { .named($0) }, prompts: PromptGroups(prompts))
      calibrated = try #require(json["calibrated"]?.numbers)
    }
  }

  @Test func `partial rank correlations are those of residuals of ranks`() throws {
    let reference = try Reference()
    let audit = try #require(
      SubstitutionAudit(
        reference.table, calibrated: reference.calibrated, targets: ["length"]))
    let cells = try #require(reference.json["cells"]?.array)
    #expect(audit.cells.count == cells.count)
    for (cell, wanted) in zip(audit.cells, cells) {
      let name = cell.covariate.name
      #expect(name == wanted["name"]?.string)
      #expect(cell.isTarget == (name == "length"))
      #expect(cell.adjustedFor == wanted["adjusted_for"]?.array?.compactMap(\.string), "\(name)")
      for (kind, estimate) in [
        ("before", cell.before), ("after", cell.after), ("change", cell.change),
      ] {
        let value = try #require(wanted[kind]?["value"]?.double)
        #expect(abs(estimate.value - value) < 1e-9, "\(name) \(kind): \(estimate.value) \(value)")
        // The jackknife over 80 prompts differs by terms of the order of 1/80, several of them.
        let error = try #require(wanted[kind]?["se"]?.double)
        let own = try #require(estimate.standardError)
        #expect(abs(own / error - 1) < 0.08, "\(name) \(kind): \(own) \(error)")
      }
    }
  }

  @Test func `the best of n is that of all subsets, ties shared`() throws {
    let reference = try Reference()
    let coarse = try #require(reference.json["coarse"]?.numbers)
    let table = try reference.table.scored(coarse)
    let audit = try #require(SelectionAudit(table, calibrated: reference.calibrated))
    #expect(abs(audit.spread - (reference.json["spread"]?.double ?? 0)) < 1e-9)
    let wanted = try #require(reference.json["selection"]?.array)
    #expect(audit.points.map(\.n) == wanted.map { $0["n"]?.int })
    for (point, wanted) in zip(audit.points, wanted) {
      #expect(abs(point.offered - (wanted["offered"]?.double ?? 0)) < 1e-9)
      for (kind, estimate) in [
        ("raw", point.raw), ("calibrated", point.calibrated), ("change", point.change),
      ] {
        let value = try #require(wanted[kind]?["value"]?.double)
        let error = try #require(wanted[kind]?["se"]?.double)
        #expect(abs(estimate.value - value) < 1e-9 * 1000, "\(point.n) \(kind)")
        #expect(abs((estimate.standardError ?? 0) - error) < 1e-9 * 1000, "\(point.n) \(kind)")
      }
    }
  }

  /// Sixteen responses a prompt whose score has a slope and a spread that grows with length.
  private static func planted(
    slope: Double, growth: Double, prompts: Int = 200, seed: UInt64 = 3
  ) throws -> CalibrationTable {
    var normals = Made.Normals(seed: seed)
    var (scores, lengths, ids): ([Double], [Double], [String]) = ([], [], [])
    for prompt in 0..<prompts {
      for _ in 0..<16 {
        let own = normals.next()
        lengths.append((1000 + 200 * own).rounded())
        scores.append(slope * own + (1 + growth * max(-1.5, min(1.5, own))) * normals.next())
        ids.append("p\(prompt)")
      }
    }
    return try CalibrationTable(
      scores: scores, values: lengths, covariate: .length, prompts: PromptGroups(ids))
  }

  @Test func `a correction that is flat on average but picks long answers is called so`() throws {
    // A shift of the mean leaves the larger spread of long answers, of which the best of 16 is one.
    let table = try Self.planted(slope: 0.3, growth: 0.5)
    let fitted = try Made.fit("lowess", table)
    let calibrated = try fitted.apply(to: table).calibrated
    let audit = try #require(SelectionAudit(table, calibrated: calibrated))
    #expect(audit.verdict == .onAverageOnly)
    let decisive = try #require(audit.decisive)
    #expect(decisive.n == 16)
    #expect(audit.standardized(decisive.calibrated) > 0.4)
    #expect(audit.standardized(decisive.raw) > audit.standardized(decisive.calibrated))
    #expect((audit.pairs.calibrated?.value ?? 1e9).magnitude < audit.spread)
  }

  @Test func `auto abstains from it, and says why`() throws {
    let table = try Self.planted(slope: 0.3, growth: 0.5)
    let calibration = try Made.fit("auto", table)
    #expect(calibration.gamma == 0)
    #expect(calibration.findings["decision"] == "abstain")
    let reason = calibration.findings["reason"]?.string ?? ""
    #expect(reason.hasPrefix("A correction would be flat on average only."), "\(reason)")
    #expect(reason.contains("the best of 16"))
    #expect(calibration.findings["selection"]?["verdict"] == "flat_on_average_only")
  }

  @Test func `a plain shift is corrected, and holds under selection`() throws {
    let table = try Self.planted(slope: 0.6, growth: 0)
    let calibration = try Made.fit("auto", table)
    #expect(calibration.findings["decision"] == "correct")
    let calibrated = try calibration.apply(to: table).calibrated
    let audit = try #require(SelectionAudit(table, calibrated: calibrated))
    #expect(audit.verdict == .holds)
    #expect(audit.standardized(try #require(audit.decisive).raw) > 0.5)
    let raw = try #require(SelectionAudit(table, calibrated: table.scores))
    #expect(raw.verdict == .remains)
  }

  @Test func `few prompts give no verdict, and one response per prompt no audit`() throws {
    let few = try Self.planted(slope: 1, growth: 0, prompts: 20)
    #expect(SelectionAudit(few, calibrated: few.scores)?.verdict == .unknown)
    let single = try CalibrationTable(
      scores: [1, 2, 3], values: [5, 6, 7], covariate: .length,
      prompts: PromptGroups(["a", "b", "c"]))
    #expect(SelectionAudit(single, calibrated: single.scores) == nil)
    let audit = try #require(
      SubstitutionAudit(single, calibrated: single.scores, targets: []))
    #expect(audit.cells.isEmpty && audit.constant == ["length"])
  }

  @Test func `a correction that is paid for with lists is called so`() throws {
    var normals = Made.Normals(seed: 8)
    var (scores, lengths, lists, ids): ([Double], [Double], [Double], [String]) = ([], [], [], [])
    for row in 0..<1200 {
      let own = normals.next()
      lengths.append((1000 + 200 * own).rounded())
      lists.append(max(0, (2 * normals.next()).rounded()))
      scores.append(own + normals.next())
      ids.append("p\(row / 4)")
    }
    let table = try CalibrationTable(
      scores: scores, columns: [lengths, lists], covariates: [.length, .named("lists")],
      prompts: PromptGroups(ids))
    let calibrated = scores.indices.map {
      scores[$0] - (lengths[$0] - 1000) / 200 + 0.3 * lists[$0]
    }
    var audits = [
      try #require(SubstitutionAudit(table, calibrated: calibrated, targets: ["length"])),
      try #require(SubstitutionAudit(table, calibrated: scores, targets: ["length"])),
    ]
    SubstitutionAudit.adjust(&audits) { $0.map { min(1, 2 * $0) } }
    let cells = audits[0].cells
    #expect(cells[0].before.value > 0.6 && abs(cells[0].after.value) < 0.1)
    #expect(cells[1].isPaidFor && cells[1].after.value > 0.2)
    #expect(cells[1].change.q == min(1, 2 * cells[1].change.p))
    // Nothing changed in scores that are the same.
    #expect(
      audits[1].cells.allSatisfy { $0.change.value == 0 && $0.change.p == 1 && !$0.isPaidFor })
  }

  @Test func `an audit does not depend on the order of the rows`() throws {
    let reference = try Reference()
    let order = (0..<Int32(reference.table.count)).map { ($0 * 37) % Int32(reference.table.count) }
    func taken(_ column: [Double]) -> [Double] { order.map { column[Int($0)] } }
    let ids = try #require(reference.json["prompt"]?.strings)
    let shuffled = try CalibrationTable(
      scores: taken(reference.table.scores), columns: reference.table.columns.map(taken),
      covariates: reference.table.covariates,
      prompts: PromptGroups(order.map { ids[Int($0)] }))
    let first = SubstitutionAudit(
      reference.table, calibrated: reference.calibrated, targets: ["length"])
    let second = SubstitutionAudit(
      shuffled, calibrated: taken(reference.calibrated), targets: ["length"])
    #expect(first == second)
  }

  /// Standard errors are right if 95% intervals hold the truth in 95% of samples: of 200, binomial error 1.5
  /// points, three of them either way.
  @Test func `intervals of partial correlations of unrelated columns hold 0 in 95% of samples`()
    throws
  {
    var held = 0
    for seed in 0..<200 {
      let table = try Made.table { recipe in
        (recipe.prompts, recipe.responses, recipe.seed) = (60, 4, UInt64(seed + 1))
      }
      let audit = try #require(
        SubstitutionAudit(table, calibrated: table.scores, targets: ["length"]))
      if audit.cells[0].before.interval?.contains(0) == true { held += 1 }
    }
    #expect((181...199).contains(held), "\(held) of 200")
  }
}

extension JSONValue {
  fileprivate var numbers: [Double]? { array?.compactMap { $0.double } }
  fileprivate var strings: [String]? { array?.compactMap { $0.string } }
}
