/// Conversations by row, each made as it is asked for: the texts of a large file are held but once.

package struct Conversations: RandomAccessCollection, Sendable {
  package let count: Int
  private let read: @Sendable (Int) -> Conversation

  /// - Parameter read: gives the conversation of a row, the same every time.
  package init(count: Int, read: @escaping @Sendable (Int) -> Conversation) {
    self.count = count
    self.read = read
  }

  package init(_ conversations: [Conversation]) {
    self.init(count: conversations.count) { conversations[$0] }
  }

  /// Those of all parts, one part after another.
  package init(joining parts: [Conversations]) {
    guard parts.count != 1 else {
      self = parts[0]
      return
    }
    let places = parts.enumerated().flatMap { part, rows in rows.indices.map { (part, $0) } }
    self.init(count: places.count) { parts[places[$0].0][places[$0].1] }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
  package subscript(row: Int) -> Conversation { read(row) }

  /// Those of some rows, in the order given.
  package func taking(_ rows: [Int]) -> Conversations {
    Conversations(count: rows.count) { self[rows[$0]] }
  }
}
