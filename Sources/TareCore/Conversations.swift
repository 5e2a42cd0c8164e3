/// Conversations by row, each made as it is asked for: the texts of a large file are held but once.

package struct Conversations: RandomAccessCollection, Sendable {
  package let count: Int
  private let read: @Sendable (Int) -> Conversation
  /// The same as bytes, where each is a plain prompt with a plain response.
  package let plain: (any PlainTexts)?

  /// - Parameter read: gives the conversation of a row, the same every time.
  package init(count: Int, read: @escaping @Sendable (Int) -> Conversation) {
    self.count = count
    self.read = read
    plain = nil
  }

  package init(count: Int, _ plain: some PlainTexts) {
    self.count = count
    self.plain = plain
    read = { row in
      Conversation(
        prompt: [.user(String(decoding: plain.prompt(row), as: UTF8.self))],
        response: String(decoding: plain.response(row), as: UTF8.self))
    }
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

/// Conversations of one message of the user and a response that is a text, with nothing else.
package protocol PlainTexts: Sendable {
  /// Appends the UTF-8 of a row's prompt, the same every time.
  func appendPrompt(of row: Int, to text: inout [UInt8])
  /// Appends that of its response.
  func appendResponse(of row: Int, to text: inout [UInt8])
}

extension PlainTexts {
  package func prompt(_ row: Int) -> [UInt8] {
    var text: [UInt8] = []
    appendPrompt(of: row, to: &text)
    return text
  }

  package func response(_ row: Int) -> [UInt8] {
    var text: [UInt8] = []
    appendResponse(of: row, to: &text)
    return text
  }
}
