/// Runs conversations through a model batch by batch, stores each batch, reports and can stop.
internal import TareCore
internal import TareScoring

struct BatchRunner {
  let work: String
  let total: Int
  let observer: StageObserver
  private let start = ContinuousClock.now
  private(set) var done = 0
  private(set) var tokens = 0

  init(work: String, total: Int, observer: StageObserver) {
    self.work = work
    self.total = total
    self.observer = observer
  }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Responses that needed no computation count as done.
  mutating func skip(_ count: Int) { done += count }

  /// - Parameter store: computes and stores one batch; what it returned from is kept whatever
  ///   happens later.
  /// - Throws: `TareError.interrupted` between batches if the observer asks for it.
  mutating func run(
    _ conversations: [TokenizedConversation],
    store: ([TokenizedConversation]) throws(TareError) -> Void
  ) throws(TareError) {
    for batch in BatchPlan.batches(lengths: conversations.map(\.ids.count)) {
      guard !observer.shouldStop() else {
        throw .interrupted(
          "stopped after \(done) of \(total); what is done is stored, the same command goes on")
      }
      let members = batch.map { conversations[$0] }
      try store(members)
      done += members.count
      tokens += members.reduce(0) { $0 + $1.ids.count }
      observer.report(
        StageProgress(work: work, done: done, total: total, tokens: tokens, seconds: seconds))
    }
  }
}
