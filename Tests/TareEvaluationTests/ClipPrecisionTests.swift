/// Average precision of clips, against ActivityNet's algorithm and the definition in Python.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct ClipPrecisionTests {
  private let cases: [JSONValue]

  init() throws {
    cases = try JSONValue(parsing: Data(contentsOf: fixture("clips.json"))).array ?? []
  }

  private func span(_ ends: [Double]) throws -> TimeSpan {
    try #require(TimeSpan(start: ends[0], end: ends[1]))
  }

  private func numbers(_ value: JSONValue?) -> [Double] {
    value?.array?.compactMap(\.double) ?? []
  }

  private func clips(_ made: JSONValue, reversed: Bool = false) throws -> ProposedClips {
    let segments = try (made["segments"]?.array ?? []).map { video in
      try (video.array ?? []).map { try span(numbers($0)) }
    }
    let rows = (made["proposals"]?.array ?? []).map { numbers($0) }
    let proposals = try (reversed ? rows.reversed() : rows).map { row in
      ProposedClips.Proposal(
        video: try #require(Int(exactly: row[0])), span: try span([row[1], row[2]]), score: row[3])
    }
    return ProposedClips(segments: segments, proposals: proposals)
  }

  @Test func `average precision at ten thresholds equals the reference, with equal scores`() throws
  {
    #expect(cases.count == 4)
    for made in cases {
      let wanted = numbers(made["average_precision"])
      for reversed in [false, true] {
        let found = try ClipPrecision(
          clips(made, reversed: reversed), bootstrap: Bootstrap(resamples: 2, seed: 1))
        #expect(found.atThreshold.count == 10)
        for (estimate, value) in zip(found.atThreshold, wanted) {
          // Sums of at most 300 products.
          #expect(abs(estimate.value - value) < 1e-12)
        }
        #expect(abs(found.mean.value - wanted.reduce(0, +) / 10) < 1e-12)
      }
    }
  }

  /// Both have percentiles of a few hundred to 2,000 draws, whose standard errors are below 0.02 on
  /// intervals about 0.4 wide.
  @Test func `the interval over videos is that of numpy's resamples`() throws {
    let found = try ClipPrecision(
      clips(cases[1]), bootstrap: Bootstrap(resamples: 1_000, seed: 5))
    let wanted = numbers(cases[1]["half_interval"])
    let interval = try #require(found.atThreshold[0].interval)
    #expect(abs(interval.lowerBound - wanted[0]) < 0.08)
    #expect(abs(interval.upperBound - wanted[1]) < 0.08)
    #expect(interval.upperBound - interval.lowerBound > 0.16)
  }

  @Test func `differences are paired, and of the same clips none`() throws {
    let clips = try self.clips(cases[1])
    let bootstrap = try Bootstrap(resamples: 200, seed: 5)
    let first = ClipPrecision(clips, bootstrap: bootstrap)
    let none = first.difference(to: first)
    #expect(none.mean.value == 0)
    #expect(none.mean.interval == 0...0)
    let perfect = ClipPrecision(
      ProposedClips(
        segments: clips.segments,
        proposals: clips.segments.enumerated().flatMap { video, spans in
          spans.map { ProposedClips.Proposal(video: video, span: $0, score: 1) }
        }),
      bootstrap: bootstrap)
    #expect(perfect.atThreshold.allSatisfy { $0.value == 1 })
    #expect(perfect.mean.interval == 1...1)
    #expect(abs(perfect.difference(to: first).mean.value - (1 - first.mean.value)) < 1e-12)
    let nothing = ClipPrecision(
      ProposedClips(segments: clips.segments, proposals: []), bootstrap: bootstrap)
    #expect(nothing.mean.value == 0)
  }

  @Test func `a span ends after its start, and overlaps itself wholly`() throws {
    #expect(TimeSpan(start: 3, end: 3) == nil)
    #expect(TimeSpan(start: 3, end: 2) == nil)
    #expect(TimeSpan(start: .nan, end: 2) == nil)
    #expect(TimeSpan(start: 0, end: .infinity) == nil)
    let whole = try span([2, 6])
    #expect(whole.overlap(with: whole) == 1)
    let (next, shifted) = (try span([6, 9]), try span([4, 8]))
    #expect(whole.overlap(with: next) == 0)
    #expect(whole.overlap(with: shifted) == 2.0 / 6)
  }
}
