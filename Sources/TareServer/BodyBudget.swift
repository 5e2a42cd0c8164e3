/// Memory for the bodies of requests, of all connections together.
internal import Hummingbird
internal import NIOCore
internal import Synchronization
internal import TareCore

/// Bodies are read into memory only as far as there is room for all of them.
final class BodyBudget: Sendable {
  private let limits: ServerLimits
  private let used = Mutex(0)

  init(_ limits: ServerLimits) { self.limits = limits }

  /// What `read` makes of a request's whole body, which is let go of after that.
  /// - Throws: `TooLong`, or `TareError.busy` where the bodies of others leave no room.
  func read<Value>(
    _ request: Request, _ make: ([UInt8]) throws -> Value
  ) async throws -> Value {
    var bytes: [UInt8] = []
    var reserved = 0
    defer { give(back: reserved) }
    for try await part in request.body {
      let count = part.readableBytes
      guard bytes.count + count <= limits.bodyBytes else { throw TooLong(limit: limits.bodyBytes) }
      try take(count)
      reserved += count
      bytes.append(contentsOf: part.readableBytesView)
    }
    return try make(bytes)
  }

  struct TooLong: Error { let limit: Int }

  private func take(_ count: Int) throws(TareError) {
    let most = max(limits.allBodyBytes, limits.bodyBytes)
    try used.withLock { (used) throws(TareError) in
      guard used + count <= most else {
        throw .busy("the bodies of other requests take \(used) of \(most) bytes; retry later")
      }
      used += count
    }
  }

  private func give(back count: Int) { used.withLock { $0 -= count } }
}
