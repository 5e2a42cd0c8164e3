/// Many short strings in UTF-8, one after the other in one array: a vocabulary of 150,000 tokens is
/// read without an allocation for each.
package struct Spellings: Sendable {
  private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []

  package init() {}

  package init(_ texts: [String]) {
    for text in texts { append { $0.append(contentsOf: text.utf8) } }
  }

  package var count: Int { ends.count }

  /// Appends what `write` appends to the bytes.
  mutating func append<E: Error>(_ write: (inout [UInt8]) throws(E) -> Void) throws(E) {
    try write(&bytes)
    ends.append(bytes.count)
  }

  /// Where the spelling stands in `bytes`.
  func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// The spelling as text.
  func text(_ index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }
}
