import Synchronization
import TareEngine
import Testing

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 5])
  func `every part runs once and workers are told apart`(threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    for round in 0..<200 {
      let seen = Mutex([Int](repeating: 0, count: round))
      pool.run(parts: round) { part, worker in
        seen.withLock { $0[part] += 1 }
        #expect((0..<threads).contains(worker))
      }
      #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }
}
