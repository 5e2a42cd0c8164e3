/// Runs conversations through a model batch by batch, stores each batch, reports and can stop.
internal import TareCore
internal import TareScoring

struct BatchRunner {
  let work: String
  let total: Int
  let observer: StageObserver
  /// Whether what is done outlives the process.
  let isKept: Bool
  private let start = ContinuousClock.now
  private(set) var done = 0
  private(set) var computed = 0
  private(set) var tokens = 0

  init(work: String, total: Int, isKept: Bool, observer: StageObserver) {
    self.work = work
    self.total = total
    self.isKept = isKept
    self.observer = observer
  }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Responses that needed no computation count as done.
  mutating func skip(_ count: Int) { done += count }

  /// - Parameters:
  ///   - known: which of these are in the store by now; another process may be working on the same.
  ///   - store: computes and stores one batch; what it returned from is kept whatever happens later.
  /// - Throws: `TareError.interrupted` between batches if the observer asks for it.
  mutating func run(
    _ conversations: [TokenizedConversation],
    known: ([Digest]) throws(TareError) -> Set<Digest>,
    store: ([TokenizedConversation]) throws(TareError) -> Void
  ) throws(TareError) {
    let batches = BatchPlan.batches(lengths: conversations.map(\.ids.count))
    // In random order, so that processes that share a store seldom do the same batch; and the rate
    // so far tells the time left. A score does not depend on the order.
    for batch in batches.shuffled() {
      guard !observer.shouldStop() else { throw .interrupted(stopMessage) }
      let members = batch.map { conversations[$0] }
      let stored = try known(members.map(\.digest))
      let missing = stored.isEmpty ? members : members.filter { !stored.contains($0.digest) }
      if !missing.isEmpty { try store(missing) }
      done += members.count
      computed += missing.count
      tokens += missing.reduce(0) { $0 + $1.ids.count }
      observer.report(
        StageProgress(
          work: work, done: done, computed: computed, total: total, tokens: tokens,
          seconds: seconds))
    }
  }

  private var stopMessage: String {
    let rest =
      isKept
      ? "what is done is stored, the same command goes on"
      : "nothing was kept; with --store the work can be taken up again"
    return "stopped after \(done) of \(total); \(rest)"
  }
}
