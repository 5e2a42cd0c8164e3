/// Finds the tokens that stand for themselves in a text (control and user-defined tokens), before
/// the text is cut into words: from left to right, the longest of those that start at a place.
struct AddedTokens: Sendable {
  /// A trie of the tokens' bytes: the token that ends at each node, of which 0 is the root.
  private var ids: [Int32?] = [nil]
  private var children: [Edge: Int] = [:]
  /// Whether a token starts with the byte: most places in a text are passed over by this alone.
  private var startsToken = [Bool](repeating: false, count: 256)

  private struct Edge: Hashable {
    var node: Int
    var byte: UInt8
  }

  init(_ table: TokenTable) {
    for (id, token) in table.tokens.enumerated() where table.types[id].isAdded && !token.isEmpty {
      insert(token, Int32(id))
    }
  }

  private mutating func insert(_ token: String, _ id: Int32) {
    var node = 0
    for byte in token.utf8 {
      if node == 0 { startsToken[Int(byte)] = true }
      let edge = Edge(node: node, byte: byte)
      if let child = children[edge] {
        node = child
      } else {
        node = ids.count
        ids.append(nil)
        children[edge] = node
      }
    }
    ids[node] = id
  }

  /// Calls `body` with the text's parts in order: each added token with its id, and what is between
  /// them with nil. No part is empty.
  func forEachPart(of text: borrowing Span<UInt8>, _ body: (Range<Int>, Int32?) -> Void) {
    var start = 0
    var position = 0
    while position < text.count {
      guard startsToken[Int(text[position])], let (id, end) = longest(in: text, at: position) else {
        position += 1
        continue
      }
      if start < position { body(start..<position, nil) }
      body(position..<end, id)
      position = end
      start = end
    }
    if start < text.count { body(start..<text.count, nil) }
  }

  private func longest(in text: borrowing Span<UInt8>, at start: Int) -> (id: Int32, end: Int)? {
    var node = 0
    var position = start
    var found: (id: Int32, end: Int)?
    while position < text.count, let child = children[Edge(node: node, byte: text[position])] {
      node = child
      position += 1
      if let id = ids[node] { found = (id, position) }
    }
    return found
  }
}
