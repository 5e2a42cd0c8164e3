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
