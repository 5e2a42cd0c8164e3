/// `tare evaluate --against-ranking` as a user calls it.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct EvaluateRankingCommandTests {
  private let folder: TemporaryFolder
  private let scores: String
  private let ranking: String

  /// Four models; calibrated scores put them in the ranking's order, raw ones swap the first two.
  init() throws {
    folder = try TemporaryFolder()
    let means = [("a", 3.0, 5.0), ("b", 4.0, 4.0), ("c", 2.0, 2.0), ("d", 1.0, 1.0)]
    let rows = means.flatMap { name, raw, calibrated in
      (0..<6).map { prompt in
        let noise = Double((prompt * 7 + name.utf8.reduce(0) { $0 + Int($1) }) % 5) / 10
        return "\(name),p\(prompt),\(raw + noise),\(calibrated + noise)"
      }
    }
    scores = try folder.file(
      "scores.csv", lines: ["policy,prompt_id,score,calibrated"] + rows)
    ranking = try folder.file(
      "arena.csv", lines: ["Model,Elo", "A,1300", "b,1200", "c,1100", "d,1000"])
  }

  private func evaluate(_ arguments: String...) throws -> JSONValue {
    let result = try Program.run(
      ["evaluate", scores, "--against-ranking", ranking, "--bootstrap", "200", "--json"] + arguments
    )
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  private func failure(_ arguments: [String]) throws -> (status: Int32, error: String) {
    let result = try Program.run(["evaluate"] + arguments)
    return (result.status, result.error)
  }

  @Test func `raw and calibrated orders are compared on the models that both have`() throws {
    let names = try folder.file("names.csv", lines: ["scores,arena", "a,A"])
    let found = try evaluate("--ranking-names", names)["rankings"]?.array?.first
    #expect(found?["n"] == 4)
    #expect(found?["higher_is_better"] == true)
    // One swap of neighbours among four: 1 − 6·2 / 60, and 4 of 6 pairs more right than wrong.
    #expect(abs((found?["spearman"]?["raw"]?["value"]?.double ?? 0) - 0.8) < 1e-12)
    #expect(abs((found?["kendall"]?["raw"]?["value"]?.double ?? 0) - 4.0 / 6) < 1e-12)
    #expect(found?["spearman"]?["calibrated"]?["value"]?.double == 1)
    #expect(abs((found?["kendall"]?["change"]?["value"]?.double ?? 0) - 2.0 / 6) < 1e-12)
    #expect(found?["models"]?.array?.first?["name_in_ranking"] == "A")
    let withoutNames = try evaluate()["rankings"]?.array?.first
    #expect(withoutNames?["n"] == 3)
    #expect(withoutNames?["not_in_ranking"] == ["a"])
  }

  @Test func `a rank is better where it is lower, and several columns must be told apart`() throws {
    let ranks = try folder.file(
      "ranks.csv", lines: ["name,rank,votes", "a,1,9", "b,2,9", "c,3,8", "d,4,1"])
    let refused = try failure([scores, "--against-ranking", ranks])
    #expect(refused.status == 64)
    #expect(refused.error.contains("--ranking-value"), "\(refused.error)")
    let result = try Program.run(
      ["evaluate", scores, "--against-ranking", ranks, "--ranking-value", "rank", "--json"])
    try #require(result.status == 0, "\(result.error)")
    let found = try JSONValue(parsing: result.output)["rankings"]?.array?.first
    #expect(found?["higher_is_better"] == false)
    #expect(found?["spearman"]?["calibrated"]?["value"]?.double == 1)
    #expect(found?["models"]?.array?.first?["ranking"]?.double == 1)
  }

  @Test func `too few models, unknown names and lone options are refused`() throws {
    let other = try folder.file("other.csv", lines: ["Model,Elo", "x,1", "y,2", "a,3"])
    let few = try failure([scores, "--against-ranking", other])
    #expect(few.status == 65)
    #expect(few.error.contains("at least 3 names"), "\(few.error)")
    let names = try folder.file("bad.csv", lines: ["scores,arena", "a,Z"])
    let unknown = try failure([scores, "--against-ranking", ranking, "--ranking-names", names])
    #expect(unknown.status == 65)
    #expect(unknown.error.contains("'Z'"), "\(unknown.error)")
    #expect(try failure([scores, "--ranking-value", "Elo"]).status == 64)
    #expect(try failure([scores, "--against-ranking", ranking, "--against", scores]).status == 64)
  }

  @Test func `AlpacaEval's preferences are those to the baseline's answer`() throws {
    let rows = [("a", [1.9, 1.8]), ("b", [1.5, 1.6]), ("c", [1.2, 1.1])].flatMap { model, values in
      values.enumerated().map { "\(model),\($0),100,120,\($1)" }
    }
    let judged = try folder.file(
      "judged.csv", lines: ["model,instruction_id,len_baseline,len_model,preference"] + rows)
    let names = try folder.file("names.csv", lines: ["scores,arena", "a,A"])
    let result = try Program.run(
      [
        "evaluate", judged, "--against-ranking", ranking, "--ranking-names", names, "--json",
      ])
    try #require(result.status == 0, "\(result.error)")
    let found = try JSONValue(parsing: result.output)
    #expect(found["measure"] == "mean preference")
    let models = found["rankings"]?.array?.first?["models"]?.array ?? []
    for (model, mean) in zip(models, [0.85, 0.55, 0.15]) {
      #expect(abs((model["raw"]?.double ?? 0) - mean) < 1e-12)
    }
    #expect(models.count == 3)
    #expect(found["rankings"]?.array?.first?["spearman"]?["calibrated"] == nil)
  }
}

extension TemporaryFolder {
  fileprivate func file(_ name: String, lines: [String]) throws -> String {
    try file(name, Data((lines.joined(separator: "\n") + "\n").utf8))
  }
}
