/// The registry of benchmarks. To add one: write its file, and add its type here.
package import TareCore

package enum Benchmarks {
  /// In the order in which they are tried for recognition; `pairs` takes anything, so it is last.
  package static let registry = Registry<any Benchmark.Type>(
    "benchmark",
    [
      Results.self,
      RewardBench.self,
      RewardBench2.self,
      RMBench.self,
      JudgeBench.self,
      PPE.self,
      ProcessBench.self,
      AlpacaEval.self,
      Unpaired.self,
      BestOfN.self,
      Pairs.self,
    ]
  ) { $0 }

  /// What to tell the user where pairs are most of a benchmark's but not all, by their subsets' names or
  /// by their prompts: such a set is taken for plain pairs.
  package static func nearMiss(_ responses: ScoredResponses) -> String? {
    guard recognised(responses) == Pairs.self else { return nil }
    let members = responses.groups.members
    let groups = 0..<responses.groups.count
    let kinds = PromptForms(responses, members)
    for benchmark in registry.entries where benchmark != Pairs.self && !benchmark.published.isEmpty
    {
      let areOwn = kinds.examples.map { group in
        benchmark.recognises(ScoredResponses(members[group].map { responses[Int($0)] }))
      }
      let isOwn = kinds.formOfGroup.map { areOwn[Int($0)] }
      guard isOwn.contains(true), isOwn.contains(false) else { continue }
      func names(_ own: Bool) -> [String] {
        distinct(
          zip(groups, isOwn).filter { $0.1 == own }.map { rows, _ in
            let row = Int(members[rows][members.starts[rows]])
            return responses.subsets?[row] ?? responses.sections?[row] ?? "no subset"
          })
      }
      let (known, others) = (names(true), names(false))
      let count = isOwn.count { $0 }
      // Two names such as Math and Safety may be anybody's.
      guard 2 * count > groups.count || (known.count > others.count && known.count > 2) else {
        continue
      }
      let shown = others.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
      let rest = others.count > 5 ? " and \(others.count - 5) more" : ""
      let name = benchmark.published[0].name
      return
        "\(count.grouped) of \(groups.count.grouped) prompts are in \(name)'s subsets, but "
        + "\(shown)\(rest) \(others.count == 1 ? "is not one" : "are not") of them: "
        + "not \(name)'s number; every pair counts equally"
    }
    return nil
  }

  /// The benchmark whose data this looks like.
  package static func recognised(_ responses: ScoredResponses) -> any Benchmark.Type {
    registry.entries.first { $0.recognises(responses) } ?? Pairs.self
  }
}

/// Prompts by what a benchmark may know its data by: names of subset and section, the number of
/// responses, what their labels and roles are, and whether they have steps; not their ids and scores.
private struct PromptForms {
  /// The form of each prompt, [group].
  let formOfGroup: [Int32]
  /// A prompt of each form, [form].
  let examples: [Int]

  private struct Form: Hashable {
    var subset, section: Int32
    /// The prompt itself where its scores may tell: AlpacaEval's are two responses without labels.
    var own: Int = -1
    var responses: [UInt8]
  }

  init(_ responses: ScoredResponses, _ members: PromptGroups.Members) {
    var forms: [Form: Int32] = [:]
    var examples: [Int] = []
    var last: (form: Form, number: Int32)?
    formOfGroup = (0..<responses.groups.count).map { group in
      let rows = members[group]
      let first = Int(rows[rows.startIndex])
      var form = Form(
        subset: responses.subsets?.codes[first] ?? -1,
        section: responses.sections?.codes[first] ?? -1, responses: [])
      for row in rows { form.responses.append(responses.form(Int(row))) }
      if rows.count == 2, form.responses.contains(ScoredResponses.unjudged) { form.own = group }
      if let last, last.form == form { return last.number }
      let number = forms[form] ?? Int32(examples.count)
      if number == examples.count {
        forms[form] = number
        examples.append(group)
      }
      last = (form, number)
      return number
    }
    self.examples = examples
  }
}

extension ScoredResponses {
  /// The form of a response without role, label and steps.
  fileprivate static let unjudged: UInt8 = 2

  fileprivate func form(_ row: Int) -> UInt8 {
    let role: UInt8 = roles[row] == .chosen ? 0 : roles[row] == .rejected ? 1 : 2
    let label: UInt8
    switch labels?[row] {
    case 1?: label = 1
    case 0?: label = 2
    case let other?: label = Self.isMissing(other) ? 0 : 3
    case nil: label = 0
    }
    return role | label << 2 | (steps?[row].isEmpty ?? true ? 0 : 1 << 4)
  }
}
