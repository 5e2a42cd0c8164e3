/// How long a remote engine is waited for, and how often it is asked again.

package struct RemoteOptions: Sendable {
  /// Texts of one request: some seconds of a small engine's work, so that little is lost when a
  /// request fails.
  package var batchSize = 16
  /// For one request, from connecting to the last byte of the reply; as long as OpenRLHF's own
  /// client waits.
  package var timeout = Duration.seconds(180)
  /// How often a request is sent before the engine counts as unreachable.
  package var attempts = 5
  /// Before the second attempt; doubled before each further one, up to `longestPause`.
  package var firstPause = Duration.seconds(1)
  package var longestPause = Duration.seconds(30)

  package init() {}
}
