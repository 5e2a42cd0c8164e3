/// Pauses between attempts: exponential, with jitter, and as long as the server asks for.
internal import TareCore

struct HubRetry {
  private let options: HubOptions
  private let what: String
  private var attempt = 1
  private var pause: Duration

  /// - Parameter what: what is asked for, for the message at the end.
  init(_ options: HubOptions, what: String) {
    self.options = options
    self.what = what
    pause = options.firstPause
  }

  /// Something new has come: attempts are counted anew.
  mutating func noteProgress() {
    attempt = 1
    pause = options.firstPause
  }

  /// Waits until the next attempt.
  ///
  /// - Throws: the error of a final failure; `TareError.unreachable` if no attempt is left, or the
  ///   server asks for too long a pause; `TareError.interrupted` if the task is cancelled.
  mutating func wait(after failure: HubFailure) async throws(TareError) {
    guard !Task.isCancelled else { throw .interrupted("stopped while waiting for \(what)") }
    let (reason, asked): (String, Duration?)
    switch failure {
    case .final(let error): throw error
    case .passing(let text, let wait): (reason, asked) = (text, wait)
    case .wrongBytes(let text): (reason, asked) = (text, nil)
    }
    guard attempt < options.attempts else {
      throw .unreachable(
        "\(what) could not be downloaded in \(options.attempts) attempts; the last: \(reason). "
          + "Run the same command again to resume.")
    }
    if let asked, asked > options.longestRetryAfter {
      throw .unreachable(
        "\(what): \(reason); the hub asks to retry in \(asked.components.seconds) s")
    }
    let next = asked ?? pause * Double.random(in: 0.5...1)
    do {
      try await Task.sleep(for: next)
    } catch {
      throw .interrupted("stopped while waiting for \(what)")
    }
    attempt += 1
    pause = min(pause * 2, options.longestPause)
  }
}
