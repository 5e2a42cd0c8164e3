/// Threads that share out the parts of one step of the forward pass.
internal import CKernels
internal import Foundation
internal import Synchronization

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
/// A job begins when `generation` grows. A helper that comes while the job is open enters it, takes
/// parts until none is left, and leaves; the caller closes the job when all parts are taken and waits
/// for those inside. A helper that comes too late finds it closed, so none is waited for that has
/// not begun. Steps of a forward pass follow each other within microseconds: who waits first spins
/// for a while, and only then sleeps.
///
/// `@unchecked Sendable`: `job` and `partCount` are written while the job is closed and nobody is
/// inside, and read by those inside; the rest is atomic, or guarded by `condition`.
private final class Crew: @unchecked Sendable {
  private var job: (@Sendable (_ part: Int, _ worker: Int) -> Void)?
  private var partCount = 0
  private let generation = Atomic(0)
  private let nextPart = Atomic(0)
  /// Twice the helpers inside, and 1 while the job is open.
  private let door = Atomic(0)
  private let stopped = Atomic(false)
  private let sleepers = Atomic(0)
  private let condition = NSCondition()

  /// Turns of a wait before the thread sleeps: some tens of microseconds.
  private static let spins = 2000

  func run(parts: Int, _ body: @escaping @Sendable (_ part: Int, _ worker: Int) -> Void) {
    precondition(job == nil, "a pool runs one job at a time")
    job = body
    partCount = parts
    nextPart.store(0, ordering: .relaxed)
    door.add(1, ordering: .sequentiallyConsistent)
    generation.add(1, ordering: .sequentiallyConsistent)
    wake()
    work(body, 0)
    door.subtract(1, ordering: .sequentiallyConsistent)
    wait { self.door.load(ordering: .sequentiallyConsistent) == 0 }
    job = nil
  }

  func stop() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  func serve(_ worker: Int) {
    var seen = 0
    while true {
      wait {
        self.generation.load(ordering: .sequentiallyConsistent) != seen
          || self.stopped.load(ordering: .sequentiallyConsistent)
      }
      guard !stopped.load(ordering: .sequentiallyConsistent) else { return }
      seen = generation.load(ordering: .sequentiallyConsistent)
      let isOpen = door.add(2, ordering: .sequentiallyConsistent).oldValue % 2 == 1
      if isOpen, let job { work(job, worker) }
      door.subtract(2, ordering: .sequentiallyConsistent)
      wake()
    }
  }

  private func work(_ body: @Sendable (_ part: Int, _ worker: Int) -> Void, _ worker: Int) {
    while true {
      let part = nextPart.add(1, ordering: .relaxed).oldValue
      guard part < partCount else { return }
      body(part, worker)
    }
  }

  /// Returns when the condition holds. Whoever makes it true calls `wake` afterwards.
  private func wait(until isTrue: () -> Bool) {
    for _ in 0..<Self.spins {
      if isTrue() { return }
      tare_pause()
    }
    condition.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !isTrue() { condition.wait() }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    condition.unlock()
  }

  /// Wakes those who sleep. A thread counts itself among the sleepers before it looks at the
  /// condition for the last time, so none is missed.
  private func wake() {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }
}
