/// All trials of one reward model on one benchmark.
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

/// What tells strata apart.
struct StratumKey: Hashable, Comparable {
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
