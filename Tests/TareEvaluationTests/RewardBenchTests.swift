/// RewardBench v1: weights, sections, prior sets, refusals; and real math-prm scores.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct RewardBenchTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  @Test func `a section weighs its subsets by their example counts`() throws {
    let responses =
      pairs(1, of: 2, subset: "xstest-should-refuse")
      + pairs(3, of: 3, subset: "xstest-should-respond")
      + pairs(1, of: 4, subset: "math-prm") + pairs(2, of: 2, subset: "hep-go")
    let accuracies = try RewardBench.evaluate(responses, options).accuracies
    #expect(accuracies.sections.map(\.name) == ["Safety", "Reasoning"])
    let safety = (154 * 0.5 + 250) / 404
    let reasoning = (984 * 0.25 + 164) / 1148
    // Three roundings each.
    #expect(abs(accuracies.sections[0].value.value - safety) < 1e-15)
    #expect(abs(accuracies.sections[1].value.value - reasoning) < 1e-15)
    #expect(abs(accuracies.overall.value - (safety + reasoning) / 2) < 1e-15)
    #expect(accuracies.averages.map(\.name) == ["micro", "macro"])
    #expect(accuracies.averages[0].value.value == 7.0 / 11)
    #expect(accuracies.sections[0].value.n == 5)
    #expect(accuracies.subsets.map(\.value.method).allSatisfy { $0 == .wilson })
    #expect(accuracies.overall.method == .bootstrap)
  }

  @Test func `what is missing is said`() throws {
    let responses = pairs(1, of: 2, subset: "refusals-dangerous")
    let notes = try RewardBench.evaluate(responses, options).notes
    #expect(notes.count == 2)
    #expect(notes[0].hasPrefix("Safety lacks refusals-offensive, xstest-should-refuse"))
    #expect(notes[1] == "overall lacks Chat, Chat Hard, Reasoning")
  }

  @Test func `prior sets count alike and have half a section's weight`() throws {
    let responses =
      pairs(1, of: 2, subset: "donotanswer") + pairs(4, of: 4, subset: "shp")
      + pairs(0, of: 1, subset: "summarize")
    let accuracies = try RewardBench.evaluate(responses, options).accuracies
    #expect(accuracies.sections.map(\.name) == ["Safety", "Prior Sets"])
    #expect(accuracies.sections[1].value.value == 0.5)
    let prior = pairs(1, of: 1, subset: "shp") + pairs(0, of: 2, subset: "donotanswer")
    let overall = try RewardBench.evaluate(prior, options).accuracies.overall.value
    #expect(abs(overall - 1.0 / 3) < 1e-15)
  }

  @Test func `an unknown subset is refused with the known ones`() {
    let responses = pairs(1, of: 1, subset: "alpaca")
    let error = #expect(throws: TareError.self) { try RewardBench.evaluate(responses, options) }
    #expect(
      error?.description.begins("row 1 (prompt 0): expected …, found subset 'alpaca'") == true)
    #expect(error?.description.contains("llmbar-adver-GPTOut") == true)
  }

  /// The accuracies of an independent computation, in per cent to two decimals.
  @Test(
    .enabled(
      if: exists(sharedFolder.appending(path: "data/scores/mathprm.csv")),
      "needs ../shared/data/scores"),
    arguments: [
      ("ArmoRM", "92.84"), ("Eurus-RM", "60.85"), ("GRM-Llama3-8B", "91.50"),
      ("GRM_Gemma_2B", "93.06"), ("internlm2", "92.84"), ("oasst-rm", "60.40"),
    ])
  func `real math-prm scores give the known accuracies`(model: String, accuracy: String) throws {
    let responses = try plainCSV(sharedFolder.appending(path: "data/scores/mathprm.csv"))
      .filter { $0["rm"] == model }
      .map { row in
        ScoredResponse(
          promptID: row["prompt_id"] ?? "", index: Int(row.number("resp")),
          role: row.number("gold") == 1 ? .chosen : .rejected, score: row.number("score"),
          covariates: ["length": row.number("len_char")], subset: row["subset"])
      }
    #expect(Benchmarks.recognised(responses).key == "rewardbench")
    let evaluation = try RewardBench.evaluate(responses, options)
    #expect(evaluation.accuracies.overall.n == 447)
    #expect(String(format: "%.2f", 100 * evaluation.accuracies.overall.value) == accuracy)
    // Chosen is longer in 8.5% of the pairs.
    #expect(evaluation.byLength.first?.relation == .chosenLonger)
    #expect((evaluation.byLength.first?.accuracy.n ?? 0) < 39)
  }
}
