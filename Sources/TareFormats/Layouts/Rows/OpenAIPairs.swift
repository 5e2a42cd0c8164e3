/// OpenAI's preference fine-tuning: an input with messages and tools, and two outputs.
import TareCore

enum OpenAIPairs: RowLayout {
  static let key = "openai"
  static let summary = "OpenAI's: input.messages, preferred_output, non_preferred_output"
  static let columns = [
    LayoutColumn(.prompt, "input"), LayoutColumn(.chosen, "preferred_output"),
    LayoutColumn(.rejected, "non_preferred_output"),
  ]
  static let marks = ["preferred_output", "non_preferred_output"]
  static let example = #"""
    {"input":{"messages":[{"role":"user","content":"2+2?"}]},"preferred_output":[{"role":"assistant","content":"4"}],"non_preferred_output":[{"role":"assistant","content":"5"}]}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    let input = row.columns["input"]?.parsedIfText ?? .null
    guard let messages = input["messages"] else {
      throw row.error("input", found: input.kindName, accepted: "an object with 'messages'")
    }
    // The same row with the members of its input as columns.
    var columns = row.columns
    columns["input"] = nil
    columns["prompt"] = messages
    columns["tools"] = input["tools"]
    for name in ["preferred_output", "non_preferred_output"] {
      columns[name] = columns[name]?.parsedIfText
    }
    let inner = SourceRow(place: row.place, columns: columns, isText: row.isText)
    var content = try RowContent(
      inner, [("preferred_output", .chosen), ("non_preferred_output", .rejected)])
    content.columns = ["input", "preferred_output", "non_preferred_output"]
    return content
  }
}
