/// The trials of two models side by side.
internal import TareCore

extension TrialSheet {
  /// This sheet's prompts with the trials of another model behind their own, in further columns.
  ///
  /// - Throws: `TareError.badData` that names a prompt which one side lacks, or in which the two
  ///   have other trials.
  func beside(_ other: TrialSheet) throws(TareError) -> TrialSheet {
    var waiting: [PlacedPromptKey: TriedPrompt] = [:]
    for prompt in other.prompts { waiting[PlacedPromptKey(prompt)] = prompt }
    var joint: [TriedPrompt] = []
    joint.reserveCapacity(prompts.count)
    for prompt in prompts {
      guard let second = waiting.removeValue(forKey: PlacedPromptKey(prompt)) else {
        throw Self.onlyIn("first", prompt.id)
      }
      var both = prompt
      both.trials = prompt.trials.inPlace
      let others = second.trials.inPlace
      guard
        both.trials.elementsEqual(others, by: { $0.place == $1.place && $0.column == $1.column })
      else {
        throw .badData(
          place: "comparison", found: "prompt \(prompt.id) with other responses in the two scores",
          accepted: "the same responses in both")
      }
      both.trials += others.map { trial in
        var trial = trial
        trial.column += columns.count
        return trial
      }
      joint.append(both)
    }
    if let extra = other.prompts.first(where: { waiting[PlacedPromptKey($0)] != nil }) {
      throw Self.onlyIn("second", extra.id)
    }
    return TrialSheet(joint, columns: columns + other.columns)
  }

  private static func onlyIn(_ side: String, _ prompt: String) -> TareError {
    .badData(
      place: "comparison", found: "prompt \(prompt) only in the \(side) scores",
      accepted: "the same prompts in both")
  }
}

private struct PlacedPromptKey: Hashable {
  let stratum: StratumKey
  let id: String

  init(_ prompt: TriedPrompt) {
    stratum = StratumKey(prompt)
    id = prompt.id
  }
}

extension [Trial] {
  /// In an order that does not depend on that of the rows.
  fileprivate var inPlace: [Trial] {
    sorted { ($0.column, $0.place) < ($1.column, $1.place) }
  }
}

/// Lexicographic.
private func < (a: (Int, [Int]), b: (Int, [Int])) -> Bool {
  a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0 < b.0
}

extension TriedPrompt {
  /// Of a joint sheet: the first model's trials, each with the second's.
  var paired: [(a: Trial, b: Trial)] {
    let half = trials.count / 2
    return (0..<half).map { (trials[$0], trials[half + $0]) }
  }
}

extension TrialSheet {
  typealias PairedTrial = (prompt: TriedPrompt, a: Trial, b: Trial)

  /// The counted trials of a joint sheet, those of both models side by side.
  var allPairedTrials: [PairedTrial] {
    return prompts.flatMap { prompt in
      prompt.paired.filter { columns[$0.a.column].isCounted }.map { (prompt, $0.a, $0.b) }
    }
  }

  /// The counted trials of both models behind a number of the first one's columns.
  func pairedTrials(of formula: Formula) -> [PairedTrial] {
    var seen: Set<[Int]> = []
    return formula.means.flatMap { mean in
      mean.strata.filter { seen.insert([mean.column, $0]).inserted }.flatMap { stratum in
        strata[stratum].prompts.flatMap { position in
          prompts[position].paired
            .filter { $0.a.column == mean.column && columns[mean.column].isCounted }
            .map { (prompts[position], $0.a, $0.b) }
        }
      }
    }
  }
}
