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
  package static func nearMiss(_ responses: [ScoredResponse]) -> String? {
    guard recognised(responses) == Pairs.self else { return nil }
    let groups = PromptGroups(of: responses).rows
    for benchmark in registry.entries where benchmark != Pairs.self && !benchmark.published.isEmpty
    {
      let isOwn = groups.map { rows in benchmark.recognises(rows.map { responses[$0] }) }
      guard isOwn.contains(true), isOwn.contains(false) else { continue }
      func names(_ own: Bool) -> [String] {
        distinct(
          zip(groups, isOwn).filter { $0.1 == own }.map { rows, _ in
            responses[rows[0]].subset ?? responses[rows[0]].section ?? "no subset"
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
        + "\(shown)\(rest) \(others.count == 1 ? "is none" : "are none") of them: "
        + "not \(name)'s number; every pair counts alike"
    }
    return nil
  }

  /// The benchmark whose data this looks like.
  package static func recognised(_ responses: [ScoredResponse]) -> any Benchmark.Type {
    registry.entries.first { $0.recognises(responses) } ?? Pairs.self
  }
}
