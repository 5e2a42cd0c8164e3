/// How much is fetched at once, and how long a hub is waited for.

package struct HubOptions: Sendable {
  /// Files that are fetched at the same time.
  package var jobs = 4
  /// Whether files that are there already are read and hashed; wrong ones are fetched again.
  package var verifies = false
  /// Attempts that bring nothing new before the hub counts as unreachable.
  package var attempts = 5
  /// Before the second attempt; doubled before each further one, up to `longestPause`. Each pause is
  /// cut by up to half at random, so that several clients do not come back at the same moment.
  package var firstPause = Duration.seconds(1)
  package var longestPause = Duration.seconds(30)
  /// A hub that asks for a longer pause than this is not waited for: its limits are counted in
  /// windows of five minutes.
  package var longestRetryAfter = Duration.seconds(330)
  package var connectTimeout = Duration.seconds(10)
  /// For the next bytes, not for the whole file.
  package var readTimeout = Duration.seconds(30)

  package init() {}
}
