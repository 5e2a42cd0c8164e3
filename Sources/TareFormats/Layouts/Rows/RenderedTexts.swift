/// A text, or several to a prompt, that a chat template has rendered already: scored as it stands.
import TareCore

enum RenderedTexts: RowLayout {
  static let key = "rendered"
  static let summary = "text: already rendered, no template is applied; or a list with num_correct"
  static let columns = [
    LayoutColumn(.text, "text"), LayoutColumn(.label, "num_correct", isNeeded: false),
  ]
  static let marks: [String] = []
  static let isRendered = true
  static let example = #"{"text":"<|user|>2+2?<|assistant|>4"}"#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    // OpenAssistant's messages: each is a part of a thread, and not a text for a model.
    let isOfThread = row.columns["parent_id"] != nil || row.columns["message_tree_id"] != nil
    guard !row.has("role") || !isOfThread else {
      throw row.error(
        "text", found: "one message of a thread (columns 'role' and 'parent_id')",
        accepted: "whole conversations: join each thread to a list 'messages'")
    }
    var content = try row.rendered([("text", .response)])
    guard let correct = row.columns["num_correct"]?.int, content.responses.count > 1 else {
      return content
    }
    // RewardBench 2 has the right responses first.
    for index in content.responses.indices {
      content.responses[index].role = index < correct ? .chosen : .rejected
    }
    return content
  }
}
