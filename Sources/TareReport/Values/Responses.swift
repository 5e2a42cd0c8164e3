/// Responses and margins as the plots show them, by columns: there may be millions.
internal import TareCore

extension Report {
  /// A collection of `Response`, which are made as they are asked for.
  package struct Responses: Sendable {
    /// [response]
    package let lengths: [Double]
    /// [response]
    package let scores: [Double]
    /// NaN where a response has none, [response]; nil where none has one.
    package let calibrated: [Double]?

    package init(lengths: [Double], scores: [Double], calibrated: [Double]? = nil) {
      precondition(lengths.count == scores.count, "a length and a score a response")
      precondition(calibrated.map { $0.count == scores.count } ?? true, "a score a response")
      self.lengths = lengths
      self.scores = scores
      self.calibrated = calibrated
    }

    package init(_ responses: [Response]) {
      self.init(
        lengths: responses.map(\.length), scores: responses.map(\.score),
        calibrated: responses.contains { $0.calibrated != nil }
          ? responses.map { $0.calibrated ?? .nan } : nil)
    }
  }

  /// What the chosen response of each pair scores above the rejected one.
  package struct Margins: Sendable {
    /// Finite ones, ascending.
    package let raw: [Double]
    /// Finite ones, ascending; empty where nothing was calibrated.
    package let calibrated: [Double]
    /// Pairs, be their margins finite or not.
    package let count: Int

    package var isEmpty: Bool { count == 0 }

    /// - Parameters: [pair]
    package init(raw: [Double], calibrated: [Double] = []) {
      let sorted = ParallelParts.map(threads: 2, count: 2) { side in
        (side == 0 ? raw : calibrated).filter(\.isFinite).sorted()
      }
      (self.raw, self.calibrated) = (sorted[0], sorted[1])
      count = raw.count
    }
  }
}

extension Report.Responses: RandomAccessCollection, ExpressibleByArrayLiteral {
  package init(arrayLiteral responses: Report.Response...) { self.init(responses) }

  package var startIndex: Int { 0 }
  package var endIndex: Int { scores.count }

  package subscript(response: Int) -> Report.Response {
    let calibrated = calibrated.flatMap { $0[response].isNaN ? nil : $0[response] }
    return .init(length: lengths[response], score: scores[response], calibrated: calibrated)
  }
}
