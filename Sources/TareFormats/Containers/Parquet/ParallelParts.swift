/// Work in parts on a few threads: columns to decode or to encode.
internal import Foundation
internal import Synchronization

enum ParallelParts {
  /// Calls `body` with each number below `count`, on this thread and others.
  static func run(threads: Int, count: Int, _ body: @Sendable (Int) -> Void) {
    guard threads > 1, count > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }
}
