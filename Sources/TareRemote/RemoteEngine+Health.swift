/// Which engines answer: told when one stops, and when it is back.
internal import Synchronization

extension RemoteEngine {
  /// The engine has answered, whatever it said.
  func answered(_ index: Int) {
    let wasTold = records.withLock { records in
      defer { records.isTold[index] = false }
      records.failures[index] = 0
      if records.wasLost[index] { records.returns += 1 }
      records.wasLost[index] = false
      return records.isTold[index]
    }
    if wasTold { options.notice("\(connections[index].url) answers again") }
  }

  /// The engine has not answered: what is known of it is asked again.
  ///
  /// - Parameter isNew: false for one of several requests that failed together.
  func lost(_ index: Int, _ reason: String, _ isNew: Bool) {
    let isToTell = records.withLock { records in
      records.facts[index] = EngineFacts()
      records.wasLost[index] = true
      if isNew { records.failures[index] += 1 }
      // One failure is nothing to tell of: a connection that was closed, a reply that took too long.
      guard records.failures[index] == 2, !records.isTold[index] else { return false }
      records.isTold[index] = true
      return true
    }
    guard isToTell else { return }
    let seconds = options.patience.components.seconds
    let end =
      connections.count > 1
      ? "the other engines go on" : seconds > 0 ? "asked again for \(seconds) s" : "asked again"
    options.notice("\(connections[index].url) does not answer: \(reason); \(end)")
  }
}
