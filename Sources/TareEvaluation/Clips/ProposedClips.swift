/// Clips that were proposed from videos, and the segments that people chose.

package struct ProposedClips: Sendable {
  package struct Proposal: Sendable {
    /// The number of its video.
    package let video: Int
    package let span: TimeSpan
    package let score: Double

    package init(video: Int, span: TimeSpan, score: Double) {
      self.video = video
      self.span = span
      self.score = score
    }
  }

  /// Chosen segments, [video][segment].
  package let segments: [[TimeSpan]]
  /// The highest score first; equal scores in the order of video, start and end, so that the order of the
  /// rows changes nothing.
  let proposals: [Proposal]
  /// One past the last proposal of each run of equal scores, ascending.
  let tieEnds: [Int]

  /// - Parameters:
  ///   - segments: chosen ones, [video][segment].
  ///   - proposals: their videos are among these, their scores finite.
  package init(segments: [[TimeSpan]], proposals: [Proposal]) {
    self.segments = segments
    let sorted = proposals.sorted { first, second in
      if first.score != second.score { return first.score > second.score }
      return (first.video, first.span.start, first.span.end)
        < (second.video, second.span.start, second.span.end)
    }
    self.proposals = sorted
    tieEnds = sorted.indices.map { $0 + 1 }.filter { end in
      end == sorted.count || sorted[end].score != sorted[end - 1].score
    }
  }

  /// Which proposals are right at a threshold, in their order: each takes the free segment of its video
  /// with which it overlaps most, if by the threshold or more; a segment is taken once.
  func hits(atLeast threshold: Double) -> [Bool] {
    var isTaken = segments.map { [Bool](repeating: false, count: $0.count) }
    return proposals.map { proposal in
      var best: (segment: Int, overlap: Double)?
      for (segment, span) in segments[proposal.video].enumerated()
      where !isTaken[proposal.video][segment] {
        let overlap = proposal.span.overlap(with: span)
        if overlap >= threshold, overlap > best?.overlap ?? -1 { best = (segment, overlap) }
      }
      guard let best else { return false }
      isTaken[proposal.video][best.segment] = true
      return true
    }
  }
}
