/// Whether the scores should be corrected for length.

package struct Advice: Sendable, Hashable {
  package var corrects: Bool
  /// A sentence or two.
  package var reason: String

  package init(corrects: Bool, reason: String) {
    self.corrects = corrects
    self.reason = reason
  }
}
