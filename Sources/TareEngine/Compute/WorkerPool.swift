/// Threads that share out the parts of one step of the forward pass.
internal import Foundation

/// A fixed set of threads; `run` returns when every part is done.
///
/// The caller's thread works too. Parts are taken in order by whoever is free; results may not
/// depend on who takes which. The threads end when the pool goes.
package final class WorkerPool: Sendable {
  package let threadCount: Int
  private let crew = Crew()

  package init(threadCount: Int) {
    self.threadCount = max(threadCount, 1)
    for worker in 1..<self.threadCount {
      // The thread holds the crew, not the pool.
      let thread = Thread { [crew] in crew.serve(worker) }
      thread.name = "tare-worker-\(worker)"
      thread.start()
    }
  }

  deinit { crew.stop() }

  /// Calls `body(part, worker)` for every part from 0; `worker` (from 0) names the thread, so that
  /// each can have working space of its own. One caller at a time.
  package func run(parts: Int, _ body: @Sendable (_ part: Int, _ worker: Int) -> Void) {
    guard parts > 0 else { return }
    withoutActuallyEscaping(body) { crew.run(parts: parts, $0) }
  }
}

/// What the threads of a pool share.
///
/// `@unchecked Sendable`: all state is guarded by `condition`.
private final class Crew: @unchecked Sendable {
  private let condition = NSCondition()
  private var job: (@Sendable (_ part: Int, _ worker: Int) -> Void)?
  private var partCount = 0
  private var nextPart = 0
  private var unfinished = 0
  /// Threads that hold the current job's closure.
  private var busy = 0
  private var stopped = false

  func run(parts: Int, _ body: @escaping @Sendable (_ part: Int, _ worker: Int) -> Void) {
    condition.lock()
    precondition(job == nil, "a pool runs one job at a time")
    job = body
    partCount = parts
    nextPart = 0
    unfinished = parts
    condition.broadcast()
    condition.unlock()
    work(0)
    condition.lock()
    while unfinished > 0 || busy > 0 { condition.wait() }
    job = nil
    condition.unlock()
  }

  func stop() {
    condition.lock()
    stopped = true
    condition.broadcast()
    condition.unlock()
  }

  func serve(_ worker: Int) {
    condition.lock()
    while !stopped {
      if job != nil, nextPart < partCount {
        busy += 1
        condition.unlock()
        work(worker)
        condition.lock()
        busy -= 1
        condition.broadcast()
      } else {
        condition.wait()
      }
    }
    condition.unlock()
  }

  private func work(_ worker: Int) {
    condition.lock()
    while let body = job, nextPart < partCount {
      let part = nextPart
      nextPart += 1
      condition.unlock()
      body(part, worker)
      condition.lock()
      unfinished -= 1
      if unfinished == 0 { condition.broadcast() }
    }
    condition.unlock()
  }
}
