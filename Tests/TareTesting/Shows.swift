internal import Foundation

/// Comparisons of messages with the parts that a test asserts.
extension String {
  /// Whether the string contains the parts of the pattern, separated by "…", in this order.
  package func shows(_ pattern: String) -> Bool {
    var rest = self[...]
    for part in pattern.components(separatedBy: "…") where !part.isEmpty {
      guard let found = rest.range(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }

  /// Whether the string begins with the pattern's first part and shows the others.
  package func begins(_ pattern: String) -> Bool {
    hasPrefix(pattern.components(separatedBy: "…")[0]) && shows(pattern)
  }
}
