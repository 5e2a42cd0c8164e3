/// Comparing messages with what they must say where the rest of them does not matter.
package import Foundation

extension String {
  /// Whether it holds the parts of a pattern, which "…" separates, one after the other.
  package func shows(_ pattern: String) -> Bool {
    var rest = self[...]
    for part in pattern.components(separatedBy: "…") where !part.isEmpty {
      guard let found = rest.range(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }

  /// The same, of a pattern that it begins with.
  package func begins(_ pattern: String) -> Bool {
    hasPrefix(pattern.components(separatedBy: "…")[0]) && shows(pattern)
  }
}
