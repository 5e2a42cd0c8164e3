/// All trials of one reward model on one benchmark.
internal import TareCore

package struct TrialSheet: Sendable {
  /// Quantities that trials count for; those that are no trials of their own (a second look at the
  /// same scores, say) do not enter the number of trials.
  package struct Column: Sendable {
    package let name: String
    package let isCounted: Bool

    package init(_ name: String, isCounted: Bool = true) {
      self.name = name
      self.isCounted = isCounted
    }
  }

  package let columns: [Column]
  /// In the order of their first rows.
  package let prompts: [TriedPrompt]
  /// In the order of their first prompts.
  package let strata: [Stratum]
  /// The strata in an order that does not depend on that of the rows.
  let sortedStrata: [Int]

  package init(_ prompts: [TriedPrompt], columns: [Column] = [Column("correct")]) {
    self.columns = columns
    self.prompts = prompts
    var order: [StratumKey] = []
    var members: [StratumKey: [Int]] = [:]
    for (position, prompt) in prompts.enumerated() {
      let key = StratumKey(prompt)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(position)
    }
    sortedStrata = order.indices.sorted { order[$0] < order[$1] }
    strata = order.map { key in
      let positions = (members[key] ?? []).sorted { prompts[$0].id < prompts[$1].id }
      var counts = [Int](repeating: 0, count: columns.count)
      for position in positions {
        for trial in prompts[position].trials { counts[trial.column] += 1 }
      }
      return Stratum(
        section: key.section, subset: key.subset, kind: key.kind, prompts: positions,
        trialCounts: counts)
    }
  }
}

private struct StratumKey: Hashable, Comparable {
  let section: String?
  let subset: String?
  let kind: String?

  private var names: [String] { [section ?? "", subset ?? "", kind ?? ""] }

  static func < (a: StratumKey, b: StratumKey) -> Bool {
    a.names.lexicographicallyPrecedes(b.names)
  }

  init(_ prompt: TriedPrompt) {
    section = prompt.section
    subset = prompt.subset
    kind = prompt.kind
  }
}

extension TrialSheet {
  /// This sheet's prompts with the trials of another model behind their own, in further columns.
  ///
  /// - Throws: `TareError.badData` that names a prompt which one side lacks, or in which the two
  ///   have other trials.
  func beside(_ other: TrialSheet) throws(TareError) -> TrialSheet {
    var waiting: [PromptKey: TriedPrompt] = [:]
    for prompt in other.prompts { waiting[PromptKey(prompt)] = prompt }
    var joint: [TriedPrompt] = []
    joint.reserveCapacity(prompts.count)
    for prompt in prompts {
      guard let second = waiting.removeValue(forKey: PromptKey(prompt)) else {
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
    if let extra = other.prompts.first(where: { waiting[PromptKey($0)] != nil }) {
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

private struct PromptKey: Hashable {
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
