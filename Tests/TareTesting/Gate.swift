internal import Foundation

/// Holds up threads until enough of them have come.
///
/// `@unchecked Sendable`: all state is guarded by `condition`.
package final class Gate: @unchecked Sendable {
  private let condition = NSCondition()
  private var missing: Int

  package init(_ count: Int) { missing = count }

  /// Returns when as many threads have come as the gate waits for; at the latest after twenty seconds,
  /// so that a test fails and does not hang.
  package func pass() {
    condition.lock()
    defer { condition.unlock() }
    missing -= 1
    condition.broadcast()
    let end = Date(timeIntervalSinceNow: 20)
    while missing > 0, condition.wait(until: end) {}
  }
}
