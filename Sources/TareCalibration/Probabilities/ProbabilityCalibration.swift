/// Calibrations of probabilities, one for each question: fitted, chosen by held-out loss, saved, applied.
internal import Foundation
package import TareCore

/// What a question's calibration is, and what it was chosen by.
package struct QuestionCalibration: Sendable, Hashable {
  package let name: String
  package let type: QuestionType
  package let options: [String]
  package let map: ProbabilityMap
  /// Mean log loss on held-out prompts, by method.
  package let heldOut: [ProbabilityMethod: Double]
  /// Labelled rows and prompts that it was fitted to.
  package let rows: Int
  package let prompts: Int
  /// Whether the search for the map ended.
  package let didConverge: Bool
  package var sets: ConformalSets?
  package var abstention: Abstention?

  package init(
    name: String, type: QuestionType, options: [String], map: ProbabilityMap,
    heldOut: [ProbabilityMethod: Double], rows: Int, prompts: Int, didConverge: Bool = true,
    sets: ConformalSets? = nil, abstention: Abstention? = nil
  ) {
    self.didConverge = didConverge
    self.name = name
    self.type = type
    self.options = options
    self.map = map
    self.heldOut = heldOut
    self.rows = rows
    self.prompts = prompts
    self.sets = sets
    self.abstention = abstention
  }
}

/// How calibrations are fitted.
package struct ProbabilityOptions: Sendable, Hashable {
  /// nil: the one of least held-out loss.
  package var method: ProbabilityMethod?
  package var folds = 5
  package var seed: UInt64 = 1
  /// How often the right option may be missing from a set; nil for no sets.
  package var miss: Double?
  /// How many of the answers given may be wrong; nil for no abstention.
  package var risk: Double?
  /// The chance that the limit of the risk does not hold.
  package var delta = 0.1

  package init() {}

  /// - Throws: `TareError.usage` for numbers out of range.
  package func check() throws(TareError) {
    guard (2...100).contains(folds) else {
      throw .usage("folds: expected 2 to 100, found \(folds)")
    }
    for (name, value) in [("miss rate", miss), ("risk", risk), ("delta", delta)] {
      if let value, !(value > 0 && value < 1) {
        throw .usage("\(name): expected a number between 0 and 1, found \(value)")
      }
    }
  }
}

package struct ProbabilityCalibration: Sendable, Hashable {
  package static let version = 1
  package let questions: [QuestionCalibration]
  package let folds: Int
  package let seed: UInt64
  /// Of the file that it was fitted to.
  package let data: String
  package let date: String

  package init(
    questions: [QuestionCalibration], folds: Int, seed: UInt64, data: String, date: String
  ) {
    self.questions = questions
    self.folds = folds
    self.seed = seed
    self.data = data
    self.date = date
  }

  /// Whose calibrated answers these are: the same for the same maps, sets and limits, whatever the date.
  package var id: String {
    String(
      "\(Digest(of: JSONValue.array(questions.map(\.json)).text(sortedKeys: true)))".prefix(16))
  }

  /// - Throws: `TareError.badData` for a question that it does not know, or that has other options.
  package func calibration(of answers: QuestionAnswers) throws(TareError) -> QuestionCalibration {
    guard let found = questions.first(where: { $0.name.isExactly(answers.name) }) else {
      throw .badData(
        place: "question '\(answers.name)'", found: "no calibration of it",
        accepted: "one of \(questions.map(\.name).joined(separator: ", "))")
    }
    guard found.type == answers.type, found.options == answers.options else {
      throw .badData(
        place: "question '\(answers.name)'",
        found: "\(answers.type.rawValue) with \(answers.options.joined(separator: ", "))",
        accepted: "\(found.type.rawValue) with \(found.options.joined(separator: ", "))")
    }
    return found
  }
}

/// A calibration fitted to a question's rows, and what it makes of them.
package struct FittedQuestion: Sendable {
  package let calibration: QuestionCalibration
  /// Calibrated probabilities of all rows of the question, of labelled ones by a map that was fitted
  /// without their prompt, [row, option].
  package let probabilities: [[Double]]

  /// - Throws: `TareError.badData` for labels of fewer than 4 prompts.
  package init(
    _ answers: QuestionAnswers, _ options: ProbabilityOptions
  ) throws(TareError) {
    let labelled = answers.labelled
    let prompts = answers.labelledPrompts
    guard prompts.count >= 4 else {
      throw .badData(
        place: "question '\(answers.name)'",
        found: prompts.isEmpty ? "no labels" : "labels of \(prompts.count) prompts",
        accepted: "right options of at least 4 prompts, in the column labels by question (or "
          + "label); remove a question without labels from the answers")
    }
    // Sets and limits hold for prompts that no map was fitted to.
    let isSplit = options.miss != nil || options.risk != nil
    let split = PromptSplit(prompts, seed: options.seed)
    let fitted = isSplit ? labelled.filter { !split.isHeldOut($0.prompt) } : labelled
    let folds = PromptFolds(fitted.map(\.prompt), count: options.folds, seed: options.seed)
    var heldOut: [ProbabilityMethod: Double] = [:]
    for method in ProbabilityMethod.allCases {
      heldOut[method] = folds.heldOutLoss(method, fitted)
    }
    let best =
      options.method
      ?? ProbabilityMethod.allCases.min { (heldOut[$0] ?? 0) < (heldOut[$1] ?? 0) } ?? .none
    let (map, didConverge) = ProbabilityFit.search(best, fitted)
    var calibration = QuestionCalibration(
      name: answers.name, type: answers.type, options: answers.options, map: map,
      heldOut: heldOut, rows: fitted.count, prompts: Set(fitted.map(\.prompt)).count,
      didConverge: didConverge)
    if isSplit {
      // One row of a prompt, as rows of one prompt are not exchangeable with those of others.
      let others = split.oneEach(labelled.filter { split.isHeldOut($0.prompt) }, map)
      if let miss = options.miss {
        calibration.sets = ConformalSets(answers, others, miss: miss, seed: options.seed)
      }
      if let risk = options.risk {
        calibration.abstention = Abstention(
          confidences: fitted.map { (map.apply($0.probabilities).max() ?? 0) }, others,
          risk: risk, delta: options.delta)
      }
    }
    self.calibration = calibration
    let own = folds.maps(best, fitted)
    probabilities = answers.rows.map { row in
      let fold = row.label == nil ? nil : folds.fold(of: row.prompt)
      return (fold.map { own[$0] } ?? map).apply(row.probabilities)
    }
  }
}
