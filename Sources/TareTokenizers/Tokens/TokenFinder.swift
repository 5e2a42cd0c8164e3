/// Finds spellings of tokens in a text: from left to right, the longest of those that start at a place.

package struct TokenFinder: Sendable {
  private var trie = ByteTrie()
  package let isEmpty: Bool

  package init(_ spellings: some Sequence<String>) {
    var isEmpty = true
    for (index, spelling) in spellings.enumerated() where !spelling.isEmpty {
      trie.insert(spelling.utf8, Int32(index))
      isEmpty = false
    }
    self.isEmpty = isEmpty
  }

  /// The places, among those that were given, of the spellings that stand anywhere in the text.
  package func spellings(in text: [UInt8]) -> Set<Int> {
    var found: Set<Int> = []
    for start in text.indices {
      var node = ByteTrie.root
      for byte in text[start...] {
        guard let next = trie.child(of: node, byte) else { break }
        node = next
        if let id = trie.id(at: node) { found.insert(Int(id)) }
      }
    }
    return found
  }

  /// The bytes of the text at which spellings stand, without overlap.
  package func matches(in text: [UInt8]) -> [Range<Int>] {
    guard !isEmpty else { return [] }
    var found: [Range<Int>] = []
    var position = 0
    while position < text.count {
      guard let (_, end) = trie.longest(in: text.span, at: position) else {
        position += 1
        continue
      }
      found.append(position..<end)
      position = end
    }
    return found
  }
}
