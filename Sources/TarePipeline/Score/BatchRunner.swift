/// Runs conversations through a model batch by batch, stores each batch, reports and can stop.
internal import Dispatch
internal import Synchronization
internal import TareCore
internal import TareScoring
internal import TareStore

struct BatchRunner {
  let work: String
  let total: Int
  let observer: StageObserver
  /// Whether what is done outlives the process.
  let isKept: Bool
  /// Whether the model computes what conversations share at their starts once.
  let sharesPrefixes: Bool
  private let start = ContinuousClock.now
  private(set) var done = 0
  private(set) var computed = 0
  private(set) var tokens = 0
  /// Tokens that were computed; the others were shared.
  private(set) var rows = 0

  init(work: String, total: Int, isKept: Bool, sharesPrefixes: Bool, observer: StageObserver) {
    self.work = work
    self.total = total
    self.isKept = isKept
    self.sharesPrefixes = sharesPrefixes
    self.observer = observer
  }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Responses that needed no computation count as done.
  mutating func skip(_ count: Int) { done += count }

  /// Groups of conversations to be run together.
  ///
  /// In random order, so that processes that share a store seldom do the same batch, and so that the
  /// rate so far tells the time left. A score does not depend on the order.
  static func batches(
    _ conversations: [TokenizedConversation], sharesPrefixes: Bool
  ) -> [[TokenizedConversation]] {
    BatchPlan.batches(conversations.map(\.ids), sharesPrefixes: sharesPrefixes).shuffled().map {
      $0.members.map { conversations[$0] }
    }
  }

  /// What came of a batch.
  private struct Finished<Output: Sendable>: Sendable {
    let missing: [TokenizedConversation]
    let output: Result<Output, TareError>
  }

  /// - Parameters:
  ///   - atOnce: batches that may be computed at the same time.
  ///   - next: the next batch, nil after the last.
  ///   - take: takes on what is neither in the store nor another process's; what another process works
  ///     on is asked for again at the end, until it is there or has come back.
  ///   - compute: runs the model, and calls what it is given with the result, now or later.
  ///   - keep: stores one batch, on another thread while the next one is computed; when this method
  ///     returns or throws, all that was computed is stored.
  /// - Throws: `TareError.interrupted` between batches if the observer asks for it.
  mutating func run<Output: Sendable>(
    atOnce: Int = 1,
    _ next: () throws(TareError) -> [TokenizedConversation]?,
    take: ([Digest]) throws(TareError) -> ClaimedWork,
    compute: (
      [TokenizedConversation], @escaping @Sendable (Result<Output, TareError>) -> Void
    ) -> Void,
    keep: @escaping @Sendable ([TokenizedConversation], Output) throws(TareError) -> Void
  ) throws(TareError) {
    let writer = BatchWriter()
    // It has room for all, so that nobody waits to put a result there.
    let finished = BoundedQueue<Finished<Output>>(capacity: atOnce)
    var running = 0
    var failure: TareError?
    var isStopped = false
    var shared = SharedWork()
    while true {
      do throws(TareError) {
        while running < atOnce, failure == nil, !isStopped {
          isStopped = observer.shouldStop()
          guard !isStopped, let members = try shared.next(next, isIdle: running == 0) else { break }
          let work = try take(members.map(\.digest))
          let missing = shared.missing(of: members, work)
          skip(known: members.count { work.known.contains($0.digest) })
          guard !missing.isEmpty else { continue }
          running += 1
          compute(missing) { output in
            _ = finished.push(Finished(missing: missing, output: output))
          }
        }
        // What runs when the work fails or is stopped is kept, too.
        guard running > 0, let batch = finished.pop() else { break }
        running -= 1
        let output = try batch.output.get()
        try writer.write { () throws(TareError) in try keep(batch.missing, output) }
        count(batch.missing)
      } catch {
        failure = failure ?? error
      }
    }
    do throws(TareError) {
      try writer.finish()
    } catch {
      throw failure ?? error
    }
    if let failure { throw failure }
    if isStopped { throw .interrupted(stopMessage) }
  }

  /// Counts what the store has by now.
  private mutating func skip(known count: Int) {
    guard count > 0 else { return }
    done += count
    report()
  }

  /// Counts a batch that was computed.
  private mutating func count(_ missing: [TokenizedConversation]) {
    done += missing.count
    computed += missing.count
    tokens += missing.reduce(0) { $0 + $1.ids.count }
    rows += BatchPlan.rows(missing.map(\.ids), sharesPrefixes: sharesPrefixes)
    report()
  }

  private func report() {
    observer.report(
      StageProgress(
        work: work, done: done, computed: computed, total: total, tokens: tokens,
        seconds: seconds))
  }

  private var stopMessage: String {
    let rest =
      isKept
      ? "finished work is stored; run the same command again to resume"
      : "nothing was kept; with --store, work can be resumed"
    return "stopped after \(done) of \(total); \(rest)"
  }
}

/// Writes batches on a thread of its own, one at a time: whoever brings the next waits for the last.
private final class BatchWriter: Sendable {
  private let thread = DispatchQueue(label: "tare-writer")
  private let last = DispatchGroup()
  private let failure = Mutex<TareError?>(nil)

  /// - Throws: what the writing before this one has thrown.
  func write(_ work: @escaping @Sendable () throws(TareError) -> Void) throws(TareError) {
    try finish()
    thread.async(group: last) {
      do throws(TareError) {
        try work()
      } catch {
        self.failure.withLock { $0 = error }
      }
    }
  }

  func finish() throws(TareError) {
    last.wait()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}
