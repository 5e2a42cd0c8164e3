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

  /// The benchmark whose data this looks like.
  package static func recognised(_ responses: [ScoredResponse]) -> any Benchmark.Type {
    registry.entries.first { $0.recognises(responses) } ?? Pairs.self
  }
}
