/// Covariates that have one value in most responses.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct CommonValueTests {
  /// 30 prompts of three rows, of which two have no lists; those with lists score higher by 2 and by 4
  /// in turn. Last a prompt without any.
  private func table(prompts: Int = 30) throws -> CalibrationTable {
    var scores: [Double] = []
    var lists: [Double] = []
    var ids: [String] = []
    for prompt in 0..<prompts {
      let level = Double(prompt)
      scores += [level - 1, level + 1, level + (prompt.isMultiple(of: 2) ? 2 : 4)]
      lists += [0, 0, Double(1 + prompt % 5)]
      ids += [String](repeating: "p\(prompt)", count: 3)
    }
    return try CalibrationTable(
      scores: scores + [7], values: lists + [0], covariate: .named("lists"),
      prompts: PromptGroups(ids + ["alone"]))
  }

  @Test func `the commonest value and its difference within prompts are told`() throws {
    let common = try #require(Diagnosis(of: try table()).commonValue)
    #expect(common.value == 0 && common.rows == 61 && common.of == 91)
    let within = try #require(common.withinPrompt)
    #expect(within.value == -3 && within.count == 30)
    // Half of 30 differences lie 1 above, half 1 below the mean.
    let error = (30.0 / 29 / 30).squareRoot()
    let interval = try #require(within.interval)
    expectClose(
      [interval.lowerBound, interval.upperBound], [-3 - 1.96 * error, -3 + 1.96 * error],
      tolerance: 1e-12)
    let json = try #require(Diagnosis(of: try table()).json["common_value"])
    #expect(json["rows"] == 61 && json["value"]?.double == 0)
    #expect(json["score_difference_within_prompt"]?["prompts"] == 30)
    let pooled = try #require(common.pooled)
    #expect(pooled.count == 30)
  }

  @Test func `few prompts have no interval`() throws {
    let common = try #require(Diagnosis(of: try table(prompts: 5)).commonValue)
    #expect(common.withinPrompt?.count == 5 && common.withinPrompt?.interval == nil)
  }

  @Test func `half of the rows is not most`() throws {
    let half = try CalibrationTable(
      scores: [1, 2, 3, 4], values: [0, 0, 1, 2], covariate: .named("lists"))
    #expect(Diagnosis(of: half).commonValue == nil)
    #expect(Diagnosis(of: half).json["common_value"] == nil)
    let all = try CalibrationTable(
      scores: [1, 2, 3], values: [5, 5, 5], covariate: .named("lists"))
    let common = try #require(Diagnosis(of: all).commonValue)
    #expect(common.share == 1 && common.pooled == nil && common.withinPrompt == nil)
  }
}
