/// Why one request brought nothing, and whether another may.
internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import TareCore

enum HubFailure: Error {
  /// A broken connection, a time-out, a busy server: worth another attempt, after `wait` if the
  /// server says how long.
  case passing(String, wait: Duration? = nil)
  /// The bytes are not those of the file, and that is certain before all of them have come.
  case wrongBytes(String)
  /// Asking again would bring the same.
  case final(TareError)

  /// What a request threw.
  init(_ error: any Error) {
    if let failure = error as? HubFailure {
      self = failure
    } else if let error = error as? TareError {
      self = .final(error)
    } else {
      self = .passing(Self.words(error))
    }
  }

  private static func words(_ error: any Error) -> String {
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    return switch error as? HTTPClientError {
    case .deadlineExceeded, .readTimeout: "nothing came for too long"
    case .connectTimeout, .tlsHandshakeTimeout: "timed out connecting"
    case .remoteConnectionClosed: "the connection was closed"
    default:
      error is HTTPParserError ? "the connection was closed in the middle" : "\(error)"
    }
  }
}
