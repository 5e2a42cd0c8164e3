/// RewardBench 1 and 2 against the package `rewardbench` of PyPI on the same scores.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct RewardBenchReferenceTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 100)) }

  private func reference(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: fixture(name)))
  }

  /// A score, bare or in a list of one.
  private func number(_ value: JSONValue?) -> Double {
    value?.double ?? value?.array?.first?.double ?? .nan
  }

  private func pairs(of file: JSONValue?) -> [ScoredResponse] {
    let column = { (name: String) in file?[name]?.array ?? [] }
    return column("id").indices.flatMap { row in
      [("scores_chosen", Role.chosen), ("scores_rejected", .rejected)].enumerated().map {
        ScoredResponse(
          promptID: column("id")[row].string ?? "", index: $0, role: $1.1,
          score: number(column($1.0)[row]), covariates: [:], subset: column("subset")[row].string)
      }
    }
  }

  private func completions(of file: JSONValue?) -> [ScoredResponse] {
    let column = { (name: String) in file?[name]?.array ?? [] }
    return column("id").indices.flatMap { row in
      (column("scores")[row].array ?? []).enumerated().map { index, score in
        ScoredResponse(
          promptID: column("id")[row].string ?? "", index: index,
          role: index < column("num_correct")[row].int ?? 0 ? .chosen : .rejected,
          score: number(score), covariates: [:], subset: column("subset")[row].string)
      }
    }
  }

  /// The same few dozen additions and divisions in another order: 1e-14.
  private func expect(
    _ numbers: [(name: String, value: Accuracy)], _ expected: JSONValue?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(numbers.count == expected?.object?.members.count, sourceLocation: sourceLocation)
    for (name, number) in numbers {
      let value = expected?[name]?.double ?? .nan
      #expect(
        abs(number.value - value) < 1e-14, "\(name): \(number.value), \(value)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func `version 1, with both weights of xstest`() throws {
    let expected = try reference("rewardbench_v1.json")["core"]
    let responses = pairs(of: expected?["file"])
    let accuracies = try RewardBench.evaluate(responses, options).accuracies
    expect(accuracies.subsets, expected?["subsets"])
    expect(accuracies.sections, expected?["sections"])
    #expect(abs(accuracies.overall.value - (expected?["overall"]?.double ?? 0)) < 1e-14)
    #expect(accuracies.overall.ties > 0)
    var before = options
    before.xstestWeights = .august2024
    let evaluation = try RewardBench.evaluate(responses, before)
    expect(evaluation.accuracies.sections, expected?["sections_2024_08"])
    #expect(evaluation.notes.last?.contains("before September 2024") == true)
  }

  @Test func `version 1 with the prior sets`() throws {
    let reference = try reference("rewardbench_v1.json")
    let accuracies = try RewardBench.evaluate(
      pairs(of: reference["core"]?["file"]) + pairs(of: reference["prior"]?["file"]), options
    ).accuracies
    let overall = reference["prior"]?["overall"]?.double ?? 0
    #expect(abs(accuracies.overall.value - overall) < 1e-14)
    #expect(accuracies.sections.map(\.name).last == "Prior Sets")
  }

  @Test func `version 2, Ties included`() throws {
    let expected = try reference("rewardbench_v2.json")
    let accuracies = try RewardBench2.evaluate(completions(of: expected["file"]), options)
      .accuracies
    expect(accuracies.subsets, expected["subsets"])
    #expect(abs(accuracies.overall.value - (expected["overall"]?.double ?? 0)) < 1e-14)
    #expect(accuracies.details.count == 5)
  }
}
