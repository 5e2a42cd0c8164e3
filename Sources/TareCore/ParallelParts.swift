/// Work in parts on a few threads: columns to decode, folds to fit.
internal import Dispatch
internal import Synchronization

package enum ParallelParts {
  /// Calls `body` with each number below `count`, on this thread and others.
  package static func run(threads: Int, count: Int, _ body: @Sendable (Int) -> Void) {
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

  /// What `body` makes of each number below `count`, in their order.
  ///
  /// - Throws: the first error in that order.
  package static func map<Value: Sendable, Failure: Error>(
    threads: Int, count: Int, _ body: @Sendable (Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let found = Mutex<[Result<Value, Failure>?]>(Array(repeating: nil, count: count))
    run(threads: threads, count: count) { index in
      let result = Result { () throws(Failure) in try body(index) }
      found.withLock { $0[index] = result }
    }
    var values: [Value] = []
    values.reserveCapacity(count)
    for result in found.withLock({ $0 }) {
      if let result { values.append(try result.get()) }
    }
    return values
  }
}
