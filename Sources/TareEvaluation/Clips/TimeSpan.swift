/// A part of a video, in seconds.

package struct TimeSpan: Sendable, Hashable {
  package let start: Double
  package let end: Double

  /// - Returns: nil unless both are finite and the end is after the start.
  package init?(start: Double, end: Double) {
    guard start.isFinite, end.isFinite, end > start else { return nil }
    self.start = start
    self.end = end
  }

  package var duration: Double { end - start }

  /// Temporal intersection over union, 0 to 1.
  package func overlap(with other: TimeSpan) -> Double {
    let shared = min(end, other.end) - max(start, other.start)
    guard shared > 0 else { return 0 }
    return shared / (max(end, other.end) - min(start, other.start))
  }
}
