/// Texts that are told apart by their bytes.

/// A text as a key: letters with marks can be written in two ways, which `String` takes for one text and
/// files, SQLite and Python for two.
package struct ExactText: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (first: Self, second: Self) -> Bool {
    first.text.isExactly(second.text)
  }

  package func hash(into hasher: inout Hasher) { text.hash(into: &hasher) }
}

extension String {
  /// Whether the other has the same bytes.
  package func isExactly(_ other: String) -> Bool {
    // Equal bytes make equal strings, and few strings are equal without.
    self == other && utf8.elementsEqual(other.utf8)
  }
}
