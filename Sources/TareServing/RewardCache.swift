/// Rewards of the texts that were asked for last, each of one value or of one for each step.
internal import Synchronization
internal import TareCore

/// What a cache has done, for metrics.
package struct CacheCounts: Sendable, Hashable {
  /// Texts that were there, and texts that were not.
  package var hits = 0
  package var misses = 0
  package var entries = 0
}

/// At most `limit` rewards by their texts' digests; the one that was not asked for longest goes first.
final class RewardCache: Sendable {
  private struct State {
    var values: [Digest: (value: [Float], use: Int)] = [:]
    /// Uses in order, from `oldest` on; one that a later use of the same text has replaced counts no
    /// more.
    var uses: [(digest: Digest, use: Int)] = []
    var oldest = 0
    var lastUse = 0
    var counts = CacheCounts()
    /// How often the engines had come back when the rewards were given.
    var returns = 0

    mutating func find(_ digest: Digest) -> [Float]? {
      guard let value = values[digest]?.value else {
        counts.misses += 1
        return nil
      }
      counts.hits += 1
      keep(digest, value)
      return value
    }

    /// Notes a use, too.
    mutating func keep(_ digest: Digest, _ value: [Float]) {
      lastUse += 1
      values[digest] = (value, lastUse)
      uses.append((digest, lastUse))
      // Uses that count no more are cleared away when they are most of all.
      guard uses.count > 2 * values.count + 64 else { return }
      uses = uses[oldest...].filter { values[$0.digest]?.use == $0.use }
      oldest = 0
    }

    mutating func dropOldest() {
      while oldest < uses.count {
        let (digest, use) = uses[oldest]
        oldest += 1
        guard values[digest]?.use == use else { continue }
        values[digest] = nil
        return
      }
    }
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  var counts: CacheCounts {
    state.withLock { state in
      var counts = state.counts
      counts.entries = state.values.count
      return counts
    }
  }

  /// The rewards of all texts, counted as hits; nil, and nothing counted, if one is missing.
  func all(_ digests: [Digest]) -> [[Float]]? {
    state.withLock { state -> [[Float]]? in
      guard digests.allSatisfy({ state.values[$0] != nil }) else { return nil }
      return digests.compactMap { state.find($0) }
    }
  }

  /// The reward of each text that is there.
  func find(_ digests: [Digest]) -> [[Float]?] {
    state.withLock { state in digests.map { state.find($0) } }
  }

  /// Forgets all rewards if an engine has come back since they were given: it may serve another model.
  func forget(unless returns: Int) {
    state.withLock { state in
      guard state.returns != returns else { return }
      let counts = state.counts
      state = State()
      (state.counts, state.returns) = (counts, returns)
    }
  }

  /// - Parameter returns: how often engines had come back before these were asked for; rewards of another
  ///   time are not kept.
  func keep(_ values: [(Digest, [Float])], returns: Int) {
    state.withLock { state in
      guard state.returns == returns else { return }
      for (digest, value) in values {
        state.keep(digest, value)
        if state.values.count > limit { state.dropOldest() }
      }
    }
  }
}
