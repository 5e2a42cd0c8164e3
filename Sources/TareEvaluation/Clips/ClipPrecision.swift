/// Average precision of scored clips against chosen segments, as ActivityNet defines it.
internal import TareCore

/// Proposals of all videos are put in one order by score. At a threshold of temporal intersection over
/// union, a proposal is right if it takes a segment (`ProposedClips.hits`). Average precision is the area
/// under precision by recall, precision at a recall being the best at that recall or a higher one (Caba
/// Heilbron et al. 2015, `eval_detection.py`). Proposals of equal score enter together.
///
/// Intervals are percentiles of a bootstrap over videos, with their proposals and segments.
package struct ClipPrecision: Sendable {
  /// 0.5, 0.55 … 0.95.
  package static let thresholds = stride(from: 50, through: 95, by: 5).map { Double($0) / 100 }

  package struct Estimate: Sendable {
    package let value: Double
    /// nil with fewer than two videos.
    package let interval: ClosedRange<Double>?
  }

  /// By threshold.
  package let atThreshold: [Estimate]
  /// Over the thresholds.
  package let mean: Estimate
  package let videos: Int
  package let segments: Int
  package let proposals: Int

  /// [threshold][resample], of the same draws for all proposals of the same videos.
  private let samples: [[Double]]

  /// Percentiles of 2.5% need no more.
  private static let mostResamples = 1_000

  /// - Parameter clips: with at least one segment.
  package init(_ clips: ProposedClips, bootstrap: Bootstrap) {
    let draws = Self.draws(videos: clips.segments.count, bootstrap)
    let curves = Self.thresholds.map { PrecisionCurve(clips, atLeast: $0) }
    let ones = [Double](repeating: 1, count: clips.segments.count)
    let values = curves.map { $0.area(ones) ?? 0 }
    samples = ParallelParts.map(threads: curves.count, count: curves.count) { index in
      draws.map { curves[index].area($0) ?? .nan }
    }
    videos = clips.segments.count
    segments = clips.segments.reduce(0) { $0 + $1.count }
    proposals = clips.proposals.count
    let samples = self.samples
    atThreshold = values.indices.map { index in
      Estimate(value: values[index], interval: Self.interval(samples[index]))
    }
    mean = Estimate(value: Self.mean(values), interval: Self.interval(Self.means(samples)))
  }

  /// How much more than another's, of the same videos and segments.
  package func difference(
    to other: ClipPrecision
  ) -> (atThreshold: [Estimate], mean: Estimate) {
    let changes = samples.indices.map { index in
      zip(samples[index], other.samples[index]).map(-)
    }
    let values = zip(atThreshold, other.atThreshold).map { $0.value - $1.value }
    return (
      values.indices.map { Estimate(value: values[$0], interval: Self.interval(changes[$0])) },
      Estimate(value: Self.mean(values), interval: Self.interval(Self.means(changes)))
    )
  }

  private static func draws(videos: Int, _ bootstrap: Bootstrap) -> [[Double]] {
    guard videos > 1 else { return [] }
    var random = Xoshiro256(seed: bootstrap.seed)
    return (0..<min(bootstrap.resamples, mostResamples)).map { _ in
      var weights = [Double](repeating: 0, count: videos)
      for _ in 0..<videos { weights[random.next(below: videos)] += 1 }
      return weights
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }

  /// Over the thresholds, [resample].
  private static func means(_ samples: [[Double]]) -> [Double] {
    (samples.first?.indices ?? 0..<0).map { resample in mean(samples.map { $0[resample] }) }
  }

  /// nil where more than half of the resamples have no segment.
  private static func interval(_ samples: [Double]) -> ClosedRange<Double>? {
    let known = samples.filter { !$0.isNaN }
    guard known.count > 1, 2 * known.count >= samples.count else { return nil }
    return ClosedRange(percentilesOf: known)
  }
}

/// What precision and recall at one threshold are made of.
private struct PrecisionCurve: Sendable {
  /// In the order of the scores.
  let videos: [Int32]
  let hits: [Bool]
  let tieEnds: [Int]
  /// [video]
  let segments: [Double]

  init(_ clips: ProposedClips, atLeast threshold: Double) {
    videos = clips.proposals.map { Int32(clamping: $0.video) }
    hits = clips.hits(atLeast: threshold)
    tieEnds = clips.tieEnds
    segments = clips.segments.map { Double($0.count) }
  }

  /// Average precision where videos count so often, [video]; nil without a segment.
  func area(_ weights: [Double]) -> Double? {
    var all = 0.0
    for video in segments.indices { all += weights[video] * segments[video] }
    guard all > 0 else { return nil }
    var found = [Double](repeating: 0, count: tieEnds.count)
    var precision = found
    var (right, count, start) = (0.0, 0.0, 0)
    for (place, end) in tieEnds.enumerated() {
      for proposal in start..<end {
        let weight = weights[Int(videos[proposal])]
        count += weight
        if hits[proposal] { right += weight }
      }
      start = end
      found[place] = right
      precision[place] = count > 0 ? right / count : 0
    }
    var (area, best) = (0.0, 0.0)
    for place in tieEnds.indices.reversed() {
      best = max(best, precision[place])
      area += (found[place] - (place > 0 ? found[place - 1] : 0)) * best
    }
    return area / all
  }
}
