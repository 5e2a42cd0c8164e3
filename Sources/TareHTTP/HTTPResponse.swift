/// A server's reply: its head, and its body as it comes.

package struct HTTPResponse: Sendable {
  /// 200 to 999; interim replies are left out.
  package let status: Int
  package let headers: HTTPHeaders
  /// Whoever drops it ends the transfer.
  package let body: HTTPBody
}

/// The bytes of a reply, for one reader. While nobody takes them, no more than a piece is kept, and the
/// server waits.
package final class HTTPBody: Sendable {
  private let transfer: Transfer
  /// What the head says that the body's length is.
  private let promised: Int?

  init(_ transfer: Transfer, promised: Int?) {
    self.transfer = transfer
    self.promised = promised
  }

  deinit { transfer.cancel() }

  /// The next bytes; nil after the last.
  package func next() async throws(HTTPFailure) -> [UInt8]? { try await transfer.bytes() }

  /// - Throws: `HTTPFailure.tooLong` if there are more bytes than `limit`.
  package func collect(upTo limit: Int) async throws(HTTPFailure) -> [UInt8] {
    if let promised, promised > limit { throw .tooLong(limit: limit) }
    var all: [UInt8] = []
    while let bytes = try await next() {
      guard bytes.count <= limit - all.count else { throw .tooLong(limit: limit) }
      all += bytes
    }
    return all
  }
}
