/// Whether the scores should be corrected for length.

package struct Advice: Sendable, Hashable {
  package var corrects: Bool
  /// A sentence or two.
  package var reason: String
  /// Whether labels decided it.
  package var isByLabels: Bool

  package init(corrects: Bool, reason: String, isByLabels: Bool = false) {
    self.corrects = corrects
    self.reason = reason
    self.isByLabels = isByLabels
  }
}
