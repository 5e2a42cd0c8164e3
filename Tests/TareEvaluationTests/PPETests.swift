/// PPE's numbers against what its random orders tend to, counted out.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct PPETests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 200)) }

  private func prompt(_ id: String, _ scores: [Double], _ right: [Bool]) -> [ScoredResponse] {
    zip(scores, right).enumerated().map { index, response in
      ScoredResponse(
        promptID: id, index: index, role: response.1 ? .chosen : .rejected, score: response.0,
        covariates: [:], subset: "math_best_of_k")
    }
  }

  /// The mean over all orders of four responses; ties share.
  private func curve(_ scores: [Double], _ right: [Bool], _ k: Int) -> Double {
    var sum = 0.0
    var count = 0.0
    for mask in 0..<16 where mask.nonzeroBitCount == k {
      let members = (0..<4).filter { mask >> $0 & 1 == 1 }
      let best = members.map { scores[$0] }.max() ?? 0
      let holders = members.filter { scores[$0] == best }
      sum += Double(holders.count { right[$0] }) / Double(holders.count)
      count += 1
    }
    return sum / count
  }

  @Test func `accuracy, curve, end score, maximum and loss`() throws {
    let made: [(scores: [Double], right: [Bool])] = [
      ([1, 3, 2, 2], [true, false, true, false]), ([0, 1, 2, 3], [true, false, false, false]),
      ([5, 1, 1, 0], [true, true, true, true]),
    ]
    let responses = made.enumerated().flatMap { prompt("\($0)", $1.scores, $1.right) }
    let accuracies = try PPE.evaluate(responses, options).accuracies
    // 0 of 4 pairs and a tie; 0 of 3; no pairs.
    #expect(accuracies.overall.value == 0)
    #expect(accuracies.overall.n == 2)
    #expect(accuracies.overall.ties == 1)
    let points = (1...4).map { k in
      made.reduce(0) { $0 + curve($1.scores, $1.right, k) } / 3
    }
    let perfect = (1...4).map { k in
      made.reduce(0) { $0 + curve($1.right.map { $0 ? 1 : 0 }, $1.right, k) } / 3
    }
    let details = Dictionary(
      uniqueKeysWithValues: accuracies.details.map { ($0.name, $0.value.value) })
    func expect(_ name: String, _ value: Double) {
      #expect(abs((details[name] ?? .nan) - value) < 1e-14, "\(name)")
    }
    for k in [1, 2, 4] { expect("best of \(k)", points[k - 1]) }
    expect("end score", points[3])
    expect("maximum", points.max() ?? 0)
    expect("loss", zip(points, perfect).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 4)
  }

  @Test func `a graded response is refused`() {
    let error = #expect(throws: TareError.self) {
      try PPE.evaluate(graded("1", [1, 2], [0.5, 2], subset: "math_best_of_k"), options)
    }
    #expect(error?.description.contains("neither right nor wrong") == true)
  }

  /// All sets of k counted out in exact fractions.
  @Test func `all numbers equal the reference`() throws {
    let expected = try JSONValue(parsing: Data(contentsOf: fixture("ppe.json")))
    let responses = try String(contentsOf: fixture("ppe_scores.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { line in
        let row = try JSONValue(parsing: line)
        return ScoredResponse(
          promptID: row["prompt_id"]?.string ?? "", index: row["index"]?.int ?? -1,
          role: row["label"] == 1 ? .chosen : .rejected, score: row["score"]?.double ?? .nan,
          covariates: [:], subset: row["subset"]?.string)
      }
    #expect(Benchmarks.recognised(responses).key == "ppe")
    let accuracies = try PPE.evaluate(responses, options).accuracies
    let details = Dictionary(
      uniqueKeysWithValues: accuracies.details.map { ($0.name, $0.value.value) })
    func expect(_ value: Double?, _ other: JSONValue?, _ name: String) {
      #expect(abs((value ?? .nan) - (other?.double ?? .nan)) < 1e-14, "\(name)")
    }
    let all = expected["all"]
    expect(accuracies.averages.first { $0.name == "micro" }?.value.value, all?["accuracy"], "micro")
    for k in [1, 2, 4, 8] { expect(details["best of \(k)"], all?["curve"]?.array?[k - 1], "\(k)") }
    for (name, key) in [("end score", "end"), ("maximum", "maximum"), ("loss", "loss")] {
      expect(details[name], all?[key], name)
      for (subset, numbers) in expected["subsets"]?.object?.members ?? [] {
        expect(details["\(subset): \(name)"], numbers[key], "\(subset) \(name)")
      }
    }
    for (subset, number) in accuracies.subsets {
      expect(number.value, expected["subsets"]?[subset]?["accuracy"], subset)
    }
  }
}
