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

  /// What two pieces of work make, at the same time.
  ///
  /// - Throws: the first one's error, or else the second's.
  package static func both<First: Sendable, Second: Sendable>(
    _ first: @Sendable () throws(TareError) -> First,
    _ second: @Sendable () throws(TareError) -> Second
  ) throws(TareError) -> (First, Second) {
    let found = Mutex<(first: First?, second: Second?)>((nil, nil))
    _ = try map(threads: 2, count: 2) { (index) throws(TareError) in
      if index == 0 {
        let value = try first()
        found.withLock { $0.first = value }
      } else {
        let value = try second()
        found.withLock { $0.second = value }
      }
    }
    guard case (let first?, let second?) = found.withLock({ $0 }) else {
      throw .fault("a piece of work made nothing")
    }
    return (first, second)
  }
}
