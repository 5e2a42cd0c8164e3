/// The registry of benchmarks. To add one: write its file, and add its type here.
package import TareCore

package enum Benchmarks {
  /// In the order in which they are tried for recognition; `pairs` takes anything, so it is last.
  package static let registry = Registry<any Benchmark.Type>(
    "benchmark",
    [
      RewardBench.self,
      RewardBench2.self,
      RMBench.self,
      JudgeBench.self,
      PPE.self,
      ProcessBench.self,
      AlpacaEval.self,
      BestOfN.self,
      Pairs.self,
    ]
  ) { $0 }

  /// A benchmark that most of the data is of, though not all: what to tell the user where another one
  /// was recognised.
  package static func nearMiss(_ responses: [ScoredResponse]) -> String? {
    guard recognised(responses) == Pairs.self else { return nil }
    let groups = PromptGroups(of: responses).rows
    for benchmark in registry.entries where benchmark != Pairs.self {
      let own = groups.count { rows in benchmark.recognises(rows.map { responses[$0] }) }
      if 2 * own > groups.count {
        return "most prompts are \(benchmark.key)'s, but not all, so every pair counts alike; "
          + "--benchmark \(benchmark.key) says which are not"
      }
    }
    return nil
  }

  /// The benchmark whose data this looks like.
  package static func recognised(_ responses: [ScoredResponse]) -> any Benchmark.Type {
    registry.entries.first { $0.recognises(responses) } ?? Pairs.self
  }
}
