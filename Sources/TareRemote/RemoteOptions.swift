/// How long remote engines are waited for, how often they are asked again, and by how many at once.
internal import TareCore
package import TareScoring

package struct RemoteOptions: Sendable {
  /// Texts of one request: some seconds of a small engine's work, so that little is lost when a
  /// request fails; and TEI takes 32 at most.
  package var batchSize = 16
  /// Requests that one engine has at the same time: enough that it finds the next one when it is done
  /// with one; engines gather what they have into batches of their own.
  package var concurrency = 4
  /// For one request, from connecting to the last byte of the reply; as long as OpenRLHF's own
  /// client waits.
  package var timeout = Duration.seconds(180)
  /// How often a request is sent before the engine counts as unreachable; of several engines each may
  /// fail once more.
  package var attempts = 5
  /// How long an engine that failed is left alone; doubled each time it fails again, up to
  /// `longestPause`.
  package var firstPause = Duration.seconds(1)
  package var longestPause = Duration.seconds(30)
  /// How long engines that give no answer are asked again even after all attempts, from the first
  /// failure on: servers were seen to need 25 to 100 s to start again.
  package var patience = Duration.zero
  /// What of several labels' numbers is the reward; nil for models of one label.
  package var output: OutputChoice?
  /// Told of engines that stop answering, and of those that answer again.
  package var notice: @Sendable (String) -> Void = { _ in }
  /// How a user gives the engines' key, and their model's name, for messages.
  package var keySource = "the API key"
  package var modelSource = "the model's name"
  /// What the engines call their model; nil to ask them.
  package var model: String?
  /// What engines want as `Authorization: Bearer KEY`.
  package var key: String?

  /// Requests that may be sent, those that fail among them; nil for any number.
  package var maxRequests: Int?

  package init() {}

  /// - Throws: `TareError.usage` for numbers below 1.
  func check() throws(TareError) {
    guard (1...1024).contains(concurrency) else {
      throw .usage("engine concurrency: expected 1 to 1024, found \(concurrency)")
    }
    guard patience >= .zero, timeout > .zero else {
      throw .usage(
        "engine patience and timeout: expected at least 0 and 1 s, found \(patience) and \(timeout)"
      )
    }
    guard batchSize > 0, attempts > 0 else {
      throw .usage(
        "expected at least 1 text per batch and 1 attempt, found \(batchSize) and \(attempts)")
    }
  }
}
