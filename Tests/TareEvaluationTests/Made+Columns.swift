/// What takes responses by columns, for responses that tests make one by one.
import TareCore
import TareEvaluation

extension Benchmarks {
  static func recognised(_ responses: [ScoredResponse]) -> any Benchmark.Type {
    recognised(ScoredResponses(responses))
  }

  static func nearMiss(_ responses: [ScoredResponse]) -> String? {
    nearMiss(ScoredResponses(responses))
  }
}

extension AlpacaEval {
  static func difficulty(
    of models: [[ScoredResponse]], length: String
  ) -> (byPrompt: [String: Double], didConverge: Bool) {
    difficulty(of: models.map { ScoredResponses($0) }, length: length)
  }
}
