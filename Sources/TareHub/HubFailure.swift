/// Why one request brought nothing, and whether another may.
internal import TareCore
internal import TareHTTP

enum HubFailure: Error {
  /// A broken connection, a time-out, a busy server: worth another attempt, after `wait` if the
  /// server says how long.
  case passing(String, wait: Duration? = nil)
  /// The bytes are not those of the file, and that is certain before all of them have come.
  case wrongBytes(String)
  /// Asking again would bring the same.
  case final(TareError)

  /// What a request threw.
  init(_ failure: HTTPFailure) {
    if case .final(let error) = failure {
      self = .final(error)
    } else {
      self = .passing(failure.words)
    }
  }
}
