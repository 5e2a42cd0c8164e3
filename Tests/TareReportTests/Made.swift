/// Scored pairs made for tests, and what they come to.
import TareCore
import TareEvaluation

/// One pair: the difference of the two scores before and after calibration, and the lengths.
struct MadePair {
  var raw: Double
  var calibrated: Double
  var lengths: (chosen: Double, rejected: Double)?
  var subset: String?
  var section: String?

  init(
    _ raw: Double, _ calibrated: Double, lengths: (chosen: Double, rejected: Double)? = nil,
    subset: String? = nil, section: String? = nil
  ) {
    self.raw = raw
    self.calibrated = calibrated
    self.lengths = lengths
    self.subset = subset
    self.section = section
  }
}

/// The evaluations of made pairs.
struct Made {
  let raw: Evaluation
  let calibrated: Evaluation
  let comparison: Comparison

  init(_ pairs: [MadePair], benchmark: any Benchmark.Type = Pairs.self) throws {
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: 200))
    let before = Made.responses(pairs, \.raw)
    let after = Made.responses(pairs, \.calibrated)
    raw = try benchmark.evaluate(before, options)
    calibrated = try benchmark.evaluate(after, options)
    comparison = try benchmark.compare(before, after, options)
  }

  private static func responses(
    _ pairs: [MadePair], _ difference: KeyPath<MadePair, Double>
  ) -> [ScoredResponse] {
    pairs.enumerated().flatMap { number, pair in
      [
        (Role.chosen, pair[keyPath: difference], pair.lengths?.chosen),
        (Role.rejected, 0, pair.lengths?.rejected),
      ].enumerated().map { index, made in
        ScoredResponse(
          promptID: "\(number)", index: index, role: made.0, score: made.1,
          covariates: made.2.map { ["length": $0] } ?? [:], subset: pair.subset,
          section: pair.section)
      }
    }
  }

  /// Ten pairs of two sections: 6 right, then 7; one tie that calibration breaks.
  static func small() throws -> Made {
    let longer = (chosen: 200.0, rejected: 100.0)
    let shorter = (chosen: 100.0, rejected: 200.0)
    let chat = [(2.0, 1.0), (1, -1), (1, 1), (0, 1), (-1, -1), (-1, 1)].map {
      MadePair($0.0, $0.1, lengths: $0.0 > 0 ? longer : shorter, subset: "easy", section: "Chat")
    }
    let math = [(3.0, 2.0), (1, 1), (1, 1), (-2, -1)].map {
      MadePair($0.0, $0.1, lengths: longer, subset: "sums", section: "Maths")
    }
    return try Made(chat + math)
  }
}
