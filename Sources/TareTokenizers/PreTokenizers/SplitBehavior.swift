/// What becomes of the matches of a pattern that cuts text.
import TareCore

enum SplitBehavior: String, CaseIterable, Sendable {
  /// They are left out.
  case removed = "Removed"
  /// Each is a piece.
  case isolated = "Isolated"
  /// Matches that touch are one piece.
  case contiguous = "Contiguous"
  /// Each belongs to the piece before it, after it.
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"

  init(_ part: Part, default value: SplitBehavior? = nil) throws(TareError) {
    if let value, part.value("behavior") == nil {
      self = value
      return
    }
    let name = try part.string("behavior")
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw part.error(
        "behavior", "'\(name)'", Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = behavior
  }
}
