/// The bootstrap over prompts: how often its intervals hold the truth.
import Foundation
import TareCalibration
import TareCore
import Testing

@Suite struct DiagnosisIntervalsTests {
  /// Score and length are normal, so that slopes and rank correlations are known: Spearman's is
  /// 6/π asin(ρ/2) (Kruskal 1958). Of 200 intervals at 95% fewer than 176 or more than 198 come in
  /// under 1 of 1,000 cases; those from 60 prompts are a little short.
  @Test func `intervals hold the truth in 88 to 99 of 100 tables`() throws {
    var held = (pooledSlope: 0, withinSlope: 0, pooledRank: 0, withinRank: 0)
    // Length: level and own, variance 1 each. Score: 0.8 own − 0.3 level and noise of variance 1.25.
    let covariance = (pooled: 0.5, within: 0.8)
    let variance = (pooled: 0.09 + 0.64 + 1.25, within: 0.64 + 1.25)
    func rank(_ correlation: Double) -> Double { 6 / .pi * asin(correlation / 2) }
    for seed: UInt64 in 1...200 {
      let table = try Made.table {
        ($0.within, $0.between, $0.prompts, $0.seed) = (0.8, -0.3, 60, 1000 + seed)
      }
      let intervals = try #require(Diagnosis(of: table, thorough: true).intervals)
      #expect(intervals.resamples == 1000)
      if intervals.pooled.slope?.contains(covariance.pooled / 2 / 200) == true {
        held.pooledSlope += 1
      }
      if intervals.withinPrompt.slope?.contains(covariance.within / 200) == true {
        held.withinSlope += 1
      }
      let pooled = covariance.pooled / (2 * variance.pooled).squareRoot()
      if intervals.pooled.rankCorrelation?.contains(rank(pooled)) == true { held.pooledRank += 1 }
      let within = covariance.within / variance.within.squareRoot()
      if intervals.withinPrompt.rankCorrelation?.contains(rank(within)) == true {
        held.withinRank += 1
      }
    }
    for count in [held.pooledSlope, held.withinSlope, held.pooledRank, held.withinRank] {
      #expect((176...198).contains(count), "\(held)")
    }
  }

  @Test func `estimates lie in their intervals, and the same data gives the same ones`() throws {
    let table = try Made.table { ($0.within, $0.between, $0.labelSlope, $0.seed) = (1, 0.5, 0, 3) }
    let diagnosis = Diagnosis(of: table, thorough: true)
    let intervals = try #require(diagnosis.intervals)
    #expect(intervals.pooled.slope?.contains(try #require(diagnosis.pooled).slope) == true)
    let within = try #require(diagnosis.withinPrompt)
    #expect(intervals.withinPrompt.rankCorrelation?.contains(within.rankCorrelation) == true)
    let share = try #require(diagnosis.scorePairs.concordantShare)
    #expect(intervals.scorePairs?.contains(share) == true)
    #expect(intervals.labelPairs?.contains(0.5) == true)
    #expect(diagnosis.isIndependentOfQuality == true)
    #expect(Diagnosis(of: table, thorough: true) == diagnosis)
  }

  @Test func `labels that follow length are told`() throws {
    let table = try Made.table { ($0.prompts, $0.labelSlope) = (200, 1) }
    #expect(Diagnosis(of: table, thorough: true).isIndependentOfQuality == false)
    #expect(Diagnosis(of: table).isIndependentOfQuality == nil)
  }
}
