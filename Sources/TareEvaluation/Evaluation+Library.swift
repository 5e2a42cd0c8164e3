/// Evaluations for other Swift programs: columns of numbers in, accuracies with intervals out.
public import Foundation
public import TareCore

extension Evaluation {
  /// How often the scores put the better response first.
  ///
  /// - Parameters:
  ///   - scores: the reward of each response, [row].
  ///   - labels: how good each is, more is better; 1 and 0 are chosen and rejected, [row].
  ///   - prompts: which rows answer the same prompt, [row].
  ///   - subsets: what each row is of, [row].
  ///   - lengths: of the responses, for accuracy by which response is longer, [row].
  ///   - resamples: of the prompts, for intervals that are no plain shares.
  ///   - seed: of the resamples.
  /// - Throws: `TareError.badData` that says which column has another number of rows, or that no prompt
  ///   has a better and a worse response.
  public static func of(
    scores: [Double], labels: [Double], prompts: [String], subsets: [String]? = nil,
    lengths: [Double]? = nil, resamples: Int = 10_000, seed: UInt64 = 1
  ) throws(TareError) -> Evaluation {
    let columns = [
      ("labels", labels.count), ("prompts", prompts.count),
      ("subsets", subsets?.count ?? scores.count), ("lengths", lengths?.count ?? scores.count),
    ]
    for (name, count) in columns where count != scores.count {
      throw .badData(
        place: "column of \(name)", found: "\(count) rows",
        accepted: "\(scores.count) rows, as many as column score")
    }
    for (name, column) in [("score", scores), ("label", labels), ("length", lengths ?? [])] {
      guard let row = column.firstIndex(where: { !$0.isFinite }) else { continue }
      throw .badData(
        place: "column \(name), row \(row + 1)", found: "\(column[row])",
        accepted: "a finite number")
    }
    let arePairs = labels.allSatisfy { $0 == 0 || $0 == 1 }
    var places: [String: Int] = [:]
    let responses = ScoredResponses(
      scores.indices.map { row in
        let key = (subsets?[row] ?? "") + "\u{0}" + prompts[row]
        let place = places[key, default: 0]
        places[key] = place + 1
        return ScoredResponse(
          promptID: prompts[row], index: place,
          role: arePairs ? labels[row] == 1 ? .chosen : .rejected : .response,
          score: scores[row],
          covariates: lengths.map { CovariateValues(["length"], $0[row]) } ?? CovariateValues(),
          subset: subsets?[row], label: arePairs ? nil : labels[row])
      })
    let options = EvaluationOptions(bootstrap: try Bootstrap(resamples: resamples, seed: seed))
    return try Benchmarks.recognised(responses).evaluate(responses, options)
  }

  /// Over all prompts.
  public var overall: Accuracy { accuracies.overall }

  /// By subset, in the order of their names.
  public var bySubset: [(name: String, accuracy: Accuracy)] {
    accuracies.subsets.map { ($0.name, $0.value) }
  }

  /// Every number with its interval, as `tare evaluate --json` prints it.
  public var data: Data { Data(json.text(indent: 2).utf8) }
}
