/// `tare bench --store`: how fast scores are written and read back.
internal import Foundation
package import TareCore
internal import TareStore

extension Pipeline {
  /// Fills a store on disk with one run, the way scoring does, and reads it for calibration.
  package func benchStore(scores count: Int) throws(TareError) -> JSONValue {
    guard count > 0, count <= 100_000_000 else {
      throw .usage("--store: expected 1 to 100,000,000 scores, found \(count)")
    }
    let speed = try storeSpeed(scores: count)
    return .object([
      "scores": .int(count), "scores_per_second": .double(speed.scoresPerSecond),
      "finish_seconds": .double(speed.finishing), "query_seconds": .double(speed.reading),
    ])
  }

  struct StoreSpeed {
    /// Scores written in ten batches, each of 10,000 or more.
    let scoresPerSecond: Double
    /// Seconds of marking the run as finished.
    let finishing: Double
    /// Seconds of the run's scores and lengths, as calibration takes them; the best of three.
    let reading: Double
  }

  func storeSpeed(scores count: Int) throws(TareError) -> StoreSpeed {
    let file = FileManager.default.temporaryDirectory.appending(path: "tare-bench-\(UUID()).sqlite")
    defer {
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: file.path + suffix)
      }
    }
    let store = try Store(path: file.path)
    let scorer = Scorer(
      modelDigest: Digest(of: "bench"), modelName: "bench", precision: "float32", readRule: "last")
    let run = try store.createOrResumeRun(named: "bench", scorer: scorer)
    let batch = max(10_000, count / 10)
    var writing = 0.0
    for first in stride(from: 0, to: count, by: batch) {
      let row = CandidateSet(
        id: "\(first)", prompt: [.user("\(first)")],
        responses: (first..<min(first + batch, count)).map {
          Candidate(role: .response, text: "\($0)")
        })
      try store.addItems([row], at: first / batch, to: run)
      let items = try store.unscoredItems(of: run, limit: batch)
      let digests = items.map { Digest(of: "tokens of \($0.id)") }
      try store.setTokens(
        zip(items, digests).map { ItemTokens(item: $0.id, digest: $1, truncated: false) }, of: run)
      let scores = Dictionary(
        uniqueKeysWithValues: digests.map {
          ($0, StoredScore(value: 0.5, tokens: 512, readAt: 511))
        })
      writing += try seconds { () throws(TareError) in
        try store.insert(scores: scores, by: scorer)
      }
    }
    let finishing = try seconds { () throws(TareError) in try store.finish(run) }
    var reading = Double.infinity
    for _ in 0..<3 {
      reading = min(
        reading, try seconds { () throws(TareError) in _ = try store.scores(of: run) })
    }
    return StoreSpeed(
      scoresPerSecond: Double(count) / writing, finishing: finishing, reading: reading)
  }

  private func seconds(_ work: () throws(TareError) -> Void) throws(TareError) -> Double {
    let start = ContinuousClock.now
    try work()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
