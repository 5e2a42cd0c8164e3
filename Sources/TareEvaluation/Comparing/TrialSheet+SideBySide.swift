/// The trials of two models side by side.
internal import TareCore

extension TrialSheet {
  /// This sheet's prompts with the trials of another model behind their own, in further columns.
  ///
  /// - Throws: `TareError.badData` that names a prompt which one side lacks, or in which the two
  ///   have other trials.
  func beside(_ other: TrialSheet) throws(TareError) -> TrialSheet {
    let matches = try matches(in: other)
    var joint = TrialColumns()
    joint.reserve(trials.count + other.trials.count, places: 2)
    var starts: [Int32] = [0]
    for prompt in ids.indices {
      let own = trials.inPlace(trialRange(prompt))
      let others = other.trials.inPlace(other.trialRange(matches[prompt]))
      let areAlike = own.elementsEqual(others) { first, second in
        trials.columns[first] == other.trials.columns[second]
          && trials.place(first) == other.trials.place(second)
      }
      guard areAlike else {
        throw .badData(
          place: "comparison",
          found: "prompt \(ids[prompt]) with different responses in the two sets of scores",
          accepted: "the same responses in both")
      }
      for trial in own { joint.append(trial, of: trials, column: Int(trials.columns[trial])) }
      for trial in others {
        joint.append(
          trial, of: other.trials, column: Int(other.trials.columns[trial]) + columns.count)
      }
      starts.append(Int32(joint.count))
    }
    return TrialSheet(
      columns: columns + other.columns, trials: joint, starts: starts, ids: ids, stratumOfPrompt,
      strata.map(\.key), ranks: nil)
  }

  /// The prompt of another sheet that is the same as each of this one's, [prompt].
  private func matches(in other: TrialSheet) throws(TareError) -> [Int] {
    if ids == other.ids, stratumOfPrompt == other.stratumOfPrompt,
      strata.map(\.key) == other.strata.map(\.key)
    {
      return Array(ids.indices)
    }
    var waiting: [PlacedPromptKey: Int] = [:]
    for prompt in other.ids.indices { waiting[other.key(of: prompt)] = prompt }
    var matches: [Int] = []
    for prompt in ids.indices {
      guard let match = waiting.removeValue(forKey: key(of: prompt)) else {
        throw Self.onlyIn("first", ids[prompt])
      }
      matches.append(match)
    }
    if let extra = other.ids.indices.first(where: { waiting[other.key(of: $0)] != nil }) {
      throw Self.onlyIn("second", other.ids[extra])
    }
    return matches
  }

  private func key(of prompt: Int) -> PlacedPromptKey {
    PlacedPromptKey(stratum: strata[Int(stratumOfPrompt[prompt])].key, id: ids[prompt])
  }

  private static func onlyIn(_ side: String, _ prompt: String) -> TareError {
    .badData(
      place: "comparison", found: "prompt \(prompt) only in the \(side) set of scores",
      accepted: "the same prompts in both")
  }
}

private struct PlacedPromptKey: Hashable {
  let stratum: StratumKey
  let id: String
}

extension Stratum {
  var key: StratumKey { StratumKey(section: section, subset: subset, kind: kind) }
}

extension TrialColumns {
  /// Some trials in an order that does not depend on that of the rows.
  fileprivate func inPlace(_ trials: Range<Int>) -> [Int] {
    let all = Array(trials)
    let areInPlace = zip(all, all.dropFirst()).allSatisfy { !precedes($1, $0) }
    return areInPlace ? all : all.sorted(by: precedes)
  }
}

extension TrialSheet {
  /// A trial of a joint sheet as both models have it: numbers of the prompt and of the two trials.
  typealias PairedTrial = (prompt: Int, a: Int, b: Int)

  /// Of a joint sheet: the first model's trials of a prompt, each with the second's.
  private func paired(_ prompt: Int) -> some Collection<PairedTrial> {
    let range = trialRange(prompt)
    let half = range.count / 2
    return (0..<half).lazy.map { (prompt, range.lowerBound + $0, range.lowerBound + half + $0) }
  }

  /// - Parameter action: is given each counted trial of a joint sheet, as both models have it.
  func forEachPairedTrial(_ action: (PairedTrial) -> Void) {
    for prompt in ids.indices {
      for trial in paired(prompt) where columns[Int(trials.columns[trial.a])].isCounted {
        action(trial)
      }
    }
  }

  /// - Parameter action: is given each counted trial behind a number of the first one's columns.
  func forEachPairedTrial(of formula: Formula, _ action: (PairedTrial) -> Void) {
    var seen: Set<[Int]> = []
    for mean in formula.means where columns[mean.column].isCounted {
      for stratum in mean.strata where seen.insert([mean.column, stratum]).inserted {
        for prompt in strata[stratum].prompts {
          for trial in paired(prompt) where Int(trials.columns[trial.a]) == mean.column {
            action(trial)
          }
        }
      }
    }
  }
}
