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
  /// Prompt after prompt.
  let trials: TrialColumns
  /// Where each prompt's trials begin, and where the last ends, [prompt + 1].
  let starts: [Int32]
  /// Prompts in the order of their first rows, [prompt].
  let ids: [String]
  /// [prompt]
  let stratumOfPrompt: [Int32]
  /// In the order of their first prompts.
  package let strata: [Stratum]
  /// The strata in an order that does not depend on that of the rows.
  let sortedStrata: [Int]

  package init(_ prompts: [TriedPrompt], columns: [Column] = [Column("correct")]) {
    var trials = TrialColumns()
    var starts: [Int32] = [0]
    for prompt in prompts {
      for trial in prompt.trials { trials.append(trial, column: trial.column) }
      starts.append(Int32(trials.count))
    }
    var numbers: [StratumKey: Int32] = [:]
    var keys: [StratumKey] = []
    let stratumOfPrompt = prompts.map { prompt in
      let key = StratumKey(prompt)
      if let number = numbers[key] { return number }
      numbers[key] = Int32(keys.count)
      keys.append(key)
      return Int32(keys.count - 1)
    }
    self.init(
      columns: columns, trials: trials, starts: starts, ids: prompts.map(\.id), stratumOfPrompt,
      keys, ranks: nil)
  }

  /// - Parameter ranks: where each prompt stands in the order of ids, [prompt]; nil to sort them.
  init(
    columns: [Column], trials: TrialColumns, starts: [Int32], ids: [String],
    _ stratumOfPrompt: [Int32], _ keys: [StratumKey], ranks: [Int32]?
  ) {
    self.columns = columns
    self.trials = trials
    self.starts = starts
    self.ids = ids
    self.stratumOfPrompt = stratumOfPrompt
    sortedStrata = keys.indices.sorted { keys[$0] < keys[$1] }
    var members = [[Int]](repeating: [], count: keys.count)
    var counts = [Int](repeating: 0, count: keys.count * columns.count)
    for prompt in ids.indices {
      let stratum = Int(stratumOfPrompt[prompt])
      members[stratum].append(prompt)
      for trial in Int(starts[prompt])..<Int(starts[prompt + 1]) {
        counts[stratum * columns.count + Int(trials.columns[trial])] += 1
      }
    }
    strata = keys.enumerated().map { stratum, key in
      var prompts = members[stratum]
      if let ranks {
        if !zip(prompts, prompts.dropFirst()).allSatisfy({ ranks[$0] < ranks[$1] }) {
          prompts.sort { ranks[$0] < ranks[$1] }
        }
      } else if !zip(prompts, prompts.dropFirst()).allSatisfy({ ids[$0] <= ids[$1] }) {
        prompts.sort { ids[$0] < ids[$1] }
      }
      return Stratum(
        section: key.section, subset: key.subset, kind: key.kind, prompts: prompts,
        trialCounts: Array(counts[stratum * columns.count..<(stratum + 1) * columns.count]))
    }
  }

  /// The trials of a prompt.
  @inline(__always)
  func trialRange(_ prompt: Int) -> Range<Int> { Int(starts[prompt])..<Int(starts[prompt + 1]) }

  /// The prompts, made as they are asked for.
  package var prompts: TriedPrompts { TriedPrompts(sheet: self) }
}

/// The prompts of a sheet with their trials, in the order of their first rows.
package struct TriedPrompts: RandomAccessCollection, Sendable {
  fileprivate let sheet: TrialSheet

  package var startIndex: Int { 0 }
  package var endIndex: Int { sheet.ids.count }

  package subscript(prompt: Int) -> TriedPrompt {
    let stratum = sheet.strata[Int(sheet.stratumOfPrompt[prompt])]
    return TriedPrompt(
      id: sheet.ids[prompt], section: stratum.section, subset: stratum.subset, kind: stratum.kind,
      trials: sheet.trialRange(prompt).map { sheet.trials[$0] })
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

  init(section: String?, subset: String?, kind: String? = nil) {
    self.section = section
    self.subset = subset
    self.kind = kind
  }

  init(_ prompt: TriedPrompt) {
    self.init(section: prompt.section, subset: prompt.subset, kind: prompt.kind)
  }
}
