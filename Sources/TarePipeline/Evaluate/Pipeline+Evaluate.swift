/// `tare evaluate`: how good scores are by a benchmark's rules: raw beside calibrated, one model beside
/// another, many in their order.
internal import Dispatch
internal import Synchronization
package import TareCore
internal import TareEvaluation
internal import TareStore

package struct EvaluateRequest: Sendable {
  package var sources: [ScoreSource]
  /// A key of the benchmarks; nil to recognise it by the data.
  package var benchmark: String?
  /// One model's scores that the others are compared with, in parts or whole.
  package var against: [ScoreSource] = []
  /// The column that holds a response's length; nil for "length", or the texts', where there are such.
  package var length: String?
  package var bootstrap = 10_000
  package var seed: UInt64 = 1
  /// A key of RewardBench's example counts; nil for today's.
  package var xstestWeights: String?
  /// The score of a step from which on it counts as right; nil for 0.5.
  package var threshold: Double?
  /// Whether the sources are parts of one model's scores.
  package var together = false
  /// How many examples are told of where two models disagree.
  package var disagreements = 0
  /// What is asked of the numbers, as `Condition` has it.
  package var conditions: [String] = []

  package init(sources: [ScoreSource]) { self.sources = sources }
}

extension Pipeline {
  /// One source that cannot be evaluated is an error; of several it is named and the others go on.
  package func evaluate(_ request: EvaluateRequest) throws(TareError) -> EvaluateOutcome {
    var request = request
    for index in request.sources.indices { try request.sources[index].readPipe() }
    for index in request.against.indices { try request.against[index].readPipe() }
    let names = request.sources.names
    let evaluator = try Evaluator(request)
    let stores = request.sources.compactMap { source -> String? in
      if case .run(_, let path) = source.place { path } else { nil }
    }
    for path in Set(stores).sorted() where !Store.canWrite(path) {
      observer.notice("\(path) cannot be written to: the evaluation is not kept in it")
    }
    var parts: [EvaluateOutcome.Part] = []
    var failures: [(source: String, error: TareError)] = []
    if request.together {
      var files: [ScoreSource] = []
      for source in request.sources { files += try source.filesOfFolder() ?? [source] }
      parts = [try evaluator.part(evaluator.model(ofAll: files, name: nil))]
    } else {
      for (result, name) in zip(evaluated(request.sources, names, by: evaluator), names) {
        do throws(TareError) {
          parts += try result.get()
        } catch {
          guard names.count > 1, error.exitCode == 65 else { throw error }
          failures.append((name, error))
        }
      }
      if parts.isEmpty, let first = failures.first { throw first.error }
    }
    for value in evaluator.valuesWithoutOther(of: parts) {
      observer.notice("\(value): not in the scores of --against, so nothing is compared")
    }
    let benchmarks = Set(parts.map(\.raw.benchmark))
    // Values of a column of one source are groups of prompts; those of several are models, too.
    let column = request.sources.count == 1 && !request.together ? request.sources[0].by : nil
    return EvaluateOutcome(
      parts: parts, column: column,
      sides: (evaluator.sides.other, evaluator.sides.these.first ?? ""),
      leaderboard: parts.count > 1 && benchmarks.count == 1
        ? Leaderboard(
          parts.map { ($0.name ?? "", $0.raw) }, seed: request.seed, column: column) : nil,
      failures: failures)
  }
}

extension Pipeline {
  /// The models of each source, several sources at a time, in the order of the sources.
  private func evaluated(
    _ sources: [ScoreSource], _ names: [String], by evaluator: Evaluator
  ) -> [Result<[EvaluateOutcome.Part], TareError>] {
    typealias Outcome = Result<[EvaluateOutcome.Part], TareError>
    let start = ContinuousClock.now
    let results = Mutex<(outcomes: [Outcome?], done: Int)>(
      (Array(repeating: nil, count: sources.count), 0))
    DispatchQueue.concurrentPerform(iterations: sources.count) { index in
      let outcome = Outcome { () throws(TareError) in
        if observer.shouldStop() { throw .interrupted("stopped; nothing was changed") }
        let name = names.count > 1 ? names[index] : nil
        guard let files = try sources[index].filesOfFolder() else {
          return try evaluator.parts(of: sources[index], name: name)
        }
        return [try evaluator.part(evaluator.model(ofAll: files, name: name))]
      }
      results.withLock { results in
        results.outcomes[index] = outcome
        results.done += 1
        guard sources.count > 1 else { return }
        observer.report(
          StageProgress(
            work: "evaluated", done: results.done, computed: results.done, total: sources.count,
            tokens: 0, seconds: start.duration(to: .now) / .seconds(1)))
      }
    }
    return results.withLock { $0.outcomes.compactMap(\.self) }
  }
}
