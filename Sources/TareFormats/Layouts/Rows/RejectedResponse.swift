/// ms-swift's pairs: messages that end with the better answer, and in a column of its own the worse
/// one, as a text in place of the last message or as the messages after the last user's.
import TareCore

enum RejectedResponse: RowLayout {
  static let key = "ms-swift"
  static let summary = "ms-swift: messages that end with the better answer, and rejected_response"
  static let columns = [
    LayoutColumn(.conversation, "messages"), LayoutColumn(.rejected, "rejected_response"),
  ]
  static let marks = ["rejected_response"]
  static let example = #"""
    {"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"rejected_response":"5"}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.swiftPair("rejected_response")
  }
}

extension SourceRow {
  func swiftPair(_ column: String) throws(TareError) -> RowContent {
    let messages = try messages(try value("messages"), field: "messages")
    _ = try lastTurn(of: messages, field: "messages")
    var texts = [
      ResponseText(field: "messages", before: messages.dropLast(), turns: messages.suffix(1))
    ]
    let value = try value(column)
    let isText = (value.array?.first ?? value).string != nil
    let asked = messages.prefix((messages.lastIndex { !$0.isOfResponse } ?? -1) + 1)
    for var worse in try responses(column) {
      if worse.before.continuesPrompt {
        worse.before = (isText ? messages.dropLast() : Array(asked)) + worse.before
      }
      texts.append(worse)
    }
    return try RowContent(
      self, texts.split, [.chosen] + texts.dropFirst().map { _ in .rejected },
      columns: ["messages", column])
  }
}
