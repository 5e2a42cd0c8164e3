/// Why a request brought no whole reply.
package import TareCore

package enum HTTPFailure: Error, Equatable {
  /// Asking again would bring the same: no libcurl, or a request that cannot be sent.
  case final(TareError)
  /// The whole transfer took longer than it may.
  case timedOut
  case connectTimedOut
  /// Nothing came for longer than that may be.
  case silent
  /// The connection was closed without a byte.
  case closed
  /// The connection was closed in the middle.
  case cut
  /// More bytes of a body than were wanted.
  case tooLong(limit: Int)
  /// What came is no HTTP, or more of it than anybody needs.
  case malformed(String)
  case cancelled
  /// The network's or the library's own words.
  case failed(String)

  /// For messages.
  package var words: String {
    switch self {
    case .final(let error): "\(error)"
    case .timedOut: "timed out"
    case .connectTimedOut: "timed out connecting"
    case .silent: "nothing came for too long"
    case .closed: "the connection was closed"
    case .cut: "the connection was closed in the middle"
    case .tooLong(let limit): "a reply of more than \(limit) bytes"
    case .malformed(let text): text
    case .cancelled: "stopped"
    case .failed(let text): text
    }
  }
}
