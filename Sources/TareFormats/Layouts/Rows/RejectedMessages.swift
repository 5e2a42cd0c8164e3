/// ms-swift's pairs with the whole of the worse conversation.
import TareCore

enum RejectedMessages: RowLayout {
  static let key = "ms-swift-messages"
  static let summary = "ms-swift: messages, and rejected_messages for the worse conversation"
  static let columns = [
    LayoutColumn(.conversation, "messages"), LayoutColumn(.rejected, "rejected_messages"),
  ]
  static let marks = ["rejected_messages"]
  static let example = #"""
    {"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"rejected_messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"5"}]}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.swiftPair("rejected_messages")
  }
}
