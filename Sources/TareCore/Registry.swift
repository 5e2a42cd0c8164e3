/// What a registry holds: a kind of thing that is chosen by a key, each in a file of its own.
package protocol Registered: SendableMetatype {
  /// The key a user types and a file stores, lower case, unique in its registry.
  static var key: String { get }
  /// One line for the help text.
  static var summary: String { get }
}

/// The list of all implementations of one kind, in the order in which they are tried and printed.
///
/// To add one: write its file, and add its type to the list. Keys are unique; a registry with the
/// same key twice is a programming error and stops at once.
package struct Registry<Entry: Sendable>: Sendable {
  /// What the entries are, in the singular, for messages ("calibrator").
  package let kind: String
  package let entries: [Entry]
  private let describe: @Sendable (Entry) -> any Registered.Type

  /// - Parameter describe: `{ $0 }`; it tells the compiler that an `Entry` is a `Registered.Type`.
  package init(
    _ kind: String, _ entries: [Entry], describe: @escaping @Sendable (Entry) -> any Registered.Type
  ) {
    self.kind = kind
    self.entries = entries
    self.describe = describe
    precondition(Set(keys).count == keys.count, "two \(kind)s share a key: \(keys)")
  }

  package var keys: [String] { entries.map { describe($0).key } }

  /// Key and one-line summary of each entry, in order.
  package var help: [(key: String, summary: String)] {
    entries.map { (describe($0).key, describe($0).summary) }
  }

  /// - Throws: `TareError.usage` that lists the keys if `key` is not one of them.
  package func entry(for key: String) throws(TareError) -> Entry {
    guard let index = keys.firstIndex(of: key) else {
      throw .usage("unknown \(kind) '\(key)'; known: \(keys.joined(separator: ", "))")
    }
    return entries[index]
  }
}
