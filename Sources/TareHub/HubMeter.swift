/// How many bytes of a pull are there, counted by several tasks.
internal import Synchronization

final class HubMeter: Sendable {
  struct Reading: Sendable {
    /// Bytes of all files that are wanted; 0 until the list is known.
    var total = 0
    /// Those that are there.
    var done = 0
    /// Those that came in this pull.
    var fetched = 0
  }

  private let counts = Mutex(Reading())

  var reading: Reading { counts.withLock { $0 } }

  func expect(_ bytes: Int) { counts.withLock { $0.total += bytes } }

  /// Bytes that were there before; negative for those that were thrown away.
  func found(_ bytes: Int) { counts.withLock { $0.done += bytes } }

  func fetched(_ bytes: Int) {
    counts.withLock {
      $0.done += bytes
      $0.fetched += bytes
    }
  }
}
