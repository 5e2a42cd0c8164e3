/// Batches of a run that several processes score: what another one works on comes again at the end.
internal import Dispatch
internal import Foundation
internal import TareCore
internal import TareScoring
internal import TareStore

struct SharedWork {
  /// What others work on, in the batches in which it was met.
  private var later: [[TokenizedConversation]] = []
  /// Batches in a row of which all is still elsewhere.
  private var fruitless = 0
  private var isDry = false

  /// Between two looks at what others have done.
  private static let pause = 0.25

  /// The next batch: of the source and, behind its last, of what was elsewhere.
  ///
  /// - Parameter isIdle: whether nothing is being computed here, so that there is time to wait.
  /// - Returns: nil if nothing is left, or only what is elsewhere while there is something to do here.
  mutating func next(
    _ source: () throws(TareError) -> [TokenizedConversation]?, isIdle: Bool
  ) throws(TareError) -> [TokenizedConversation]? {
    if !isDry {
      if let batch = try source() { return batch }
      isDry = true
    }
    guard !later.isEmpty else { return nil }
    if fruitless >= later.count {
      guard isIdle else { return nil }
      Thread.sleep(forTimeInterval: Self.pause)
      fruitless = 0
    }
    return later.removeFirst()
  }

  /// Those of a batch that are to be computed here; those that are elsewhere come again.
  mutating func missing(
    of members: [TokenizedConversation], _ work: ClaimedWork
  ) -> [TokenizedConversation] {
    let others = members.filter { work.elsewhere.contains($0.digest) }
    if !others.isEmpty { later.append(others) }
    fruitless = others.count == members.count ? fruitless + 1 : 0
    return members.filter {
      !work.known.contains($0.digest) && !work.elsewhere.contains($0.digest)
    }
  }
}

/// What a process has taken on of a scorer's work, renewed as long as it is at work.
final class WorkClaims: Sendable {
  private let scorer: Scorer
  private let store: Store
  /// nil where nobody else can work on the store.
  private let worker: Worker?
  private let hasEnded = DispatchSemaphore(value: 0)

  init(of scorer: Scorer, in store: Store) {
    (self.scorer, self.store) = (scorer, store)
    worker = store.isKept ? Worker() : nil
    guard let worker else { return }
    let thread = Thread { [store, hasEnded] in
      while hasEnded.wait(timeout: .now() + .seconds(Store.lease / 4)) == .timedOut {
        // A store that is locked now is tried again; a claim that ends early costs time alone.
        try? store.renewClaims(of: worker)
      }
    }
    thread.name = "tare-claims"
    thread.start()
  }

  func take(_ digests: [Digest]) throws(TareError) -> ClaimedWork {
    guard let worker else {
      return ClaimedWork(known: try store.knownScores(by: scorer, for: digests).keys)
    }
    return try store.claim(digests, by: scorer, as: worker)
  }

  /// Gives back what was not computed.
  func end() {
    hasEnded.signal()
    if let worker { try? store.releaseClaims(of: worker) }
  }
}
