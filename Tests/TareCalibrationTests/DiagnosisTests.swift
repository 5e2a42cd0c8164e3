/// The diagnosis on made data, and on real scores where they are at hand.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

/// The scores of one reward model in a table of `shared/data/scores`.
func scoreTable(
  _ file: String, model: String, covariate: String = "len_char"
) throws -> CalibrationTable {
  let lines = try plainCSV(sharedFolder.appending(path: "data/scores/\(file)"))
    .filter { $0["rm"] == model }
  return try CalibrationTable(
    scores: lines.map { $0.number("score") }, values: lines.map { $0.number(covariate) },
    covariate: .named(covariate), prompts: PromptGroups(lines.map { $0["prompt_id"] ?? "" }),
    labels: lines.map { $0.number("gold") })
}

let sharedScores = exists(sharedFolder.appending(path: "data/scores/judgebench.csv"))

@Suite struct DiagnosisTests {
  @Test func `opposite slopes across and within prompts give a warning`() throws {
    let table = try CalibrationTable(
      scores: [1, 0.5, 3, 2.5, 5, 4.5], values: [10, 20, 30, 40, 50, 60], covariate: .length,
      prompts: PromptGroups(["a", "a", "b", "b", "c", "c"]), labels: [1, 0, 1, 0, 0, 1])
    let diagnosis = Diagnosis(of: table)
    #expect(diagnosis.slopesAgree == false)
    #expect(diagnosis.scorePairs.concordantShare == 0)
    #expect(diagnosis.labelPairs?.concordantShare == 1.0 / 3)
    #expect(diagnosis.warnings.first?.hasPrefix("Over all responses the score rises") == true)
    #expect(diagnosis.json["within_prompt"]?["slope"]?.double == -0.05)
    #expect(diagnosis.json["slopes_agree"] == .bool(false))
    #expect(
      diagnosis.json["more_scores_higher"] == .object(["share": .double(0), "pairs": .int(3)]))
  }

  @Test func `agreeing slopes give none`() throws {
    let table = try CalibrationTable(
      scores: [1, 2, 3, 4], values: [10, 20, 30, 40], covariate: .length,
      prompts: PromptGroups(["a", "a", "b", "b"]))
    let diagnosis = Diagnosis(of: table)
    #expect(diagnosis.slopesAgree == true)
    #expect(diagnosis.warnings.isEmpty)
    #expect(diagnosis.labelPairs == nil)
  }

  @Test func `the JSON has every number with its interval, and the curve`() throws {
    let table = try Made.table { ($0.within, $0.labelSlope) = (1, 0) }
    let json = Diagnosis(of: table, thorough: true).json
    #expect(
      json.object?.keys == [
        "covariate", "n", "prompts", "pooled", "within_prompt", "slopes_agree",
        "more_scores_higher", "more_is_better", "independent_of_quality", "warnings", "resamples",
        "curve",
      ])
    for kind in ["pooled", "within_prompt"] {
      #expect(
        json[kind]?.object?.keys == [
          "rank_correlation", "correlation", "slope", "rank_correlation_interval",
          "slope_interval",
        ])
      #expect(json[kind]?["slope_interval"]?.array?.count == 2)
    }
    for kind in ["more_scores_higher", "more_is_better"] {
      #expect(json[kind]?.object?.keys == ["share", "pairs", "interval"])
    }
    #expect(json["resamples"] == 1000)
    let places = try #require(json["curve"]?.array)
    #expect(places.count == 20)
    #expect(places.reduce(0) { $0 + ($1["rows"]?.int ?? 0) } == 120)
    for place in places {
      #expect(place.object?.keys == ["x", "fitted", "interval", "rows"])
      let interval = place["interval"]?.array?.compactMap(\.double) ?? []
      try #require(interval.count == 2)
      let fitted = try #require(place["fitted"]?.double)
      #expect(interval[0] < fitted && fitted < interval[1])
    }
    let plain = Diagnosis(of: table).json
    #expect(plain["resamples"] == nil)
    #expect(plain["pooled"]?["slope_interval"] == nil)
  }

  @Test func `without prompts only the pooled half is known`() throws {
    let table = try CalibrationTable(scores: [1, 2], values: [1, 3], covariate: .length)
    let diagnosis = Diagnosis(of: table)
    #expect(diagnosis.prompts == nil)
    #expect(diagnosis.pooled?.slope == 0.5)
    #expect(diagnosis.withinPrompt == nil)
    #expect(diagnosis.slopesAgree == nil)
    #expect(diagnosis.json["within_prompt"] == .null)
  }

  /// The figures of an independent computation with scipy, to three decimals.
  @Test(
    .enabled(if: sharedScores, "needs ../shared/data/scores"),
    arguments: [
      ("Ray2333_GRM-Gemma-2B-rewardmodel-ft", -0.301, -0.139, true),
      ("Skywork_Skywork-Reward-Llama-3.1-8B", -0.181, -0.161, true),
      ("internlm_internlm2-20b-reward", 0.300, -0.157, false),
    ])
  func `on JudgeBench the pooled and the inner correlation are those of scipy`(
    model: String, pooled: Double, within: Double, agree: Bool
  ) throws {
    let diagnosis = Diagnosis(of: try scoreTable("judgebench.csv", model: model))
    #expect(diagnosis.n == 700)
    #expect(diagnosis.prompts == 350)
    #expect(abs((diagnosis.pooled?.rankCorrelation ?? 0) - pooled) < 0.0005)
    #expect(abs((diagnosis.withinPrompt?.rankCorrelation ?? 0) - within) < 0.0005)
    #expect(diagnosis.slopesAgree == agree)
    #expect(diagnosis.warnings.isEmpty == agree)
    let longerIsBetter = try #require(diagnosis.labelPairs?.concordantShare)
    #expect((0.45..<0.47).contains(longerIsBetter))
  }
}
