/// RMB's pairwise sets (Zhou-Zoey/RMB-Reward-Model-Benchmark, RMB_dataset/Pairwise_set).
import TareCore

enum RMBPairs: RowLayout {
  static let key = "rmb-pairs"
  static let summary = "RMB's pairs: conversation_input, chosen.answer, reject.answer"
  static let columns = [
    LayoutColumn(.prompt, "conversation_input"), LayoutColumn(.chosen, "chosen"),
    LayoutColumn(.rejected, "reject"),
  ]
  static let marks = ["reject"]
  static let example = #"""
    {"pair_uid":"7","conversation_input":[{"role":"user","content":"2+2?"}],"chosen":{"llm_name":"a","answer":"4"},"reject":{"llm_name":"b","answer":"5"}}
    """#

  static func read(_ row: SourceRow) throws(TareError) -> RowContent {
    try row.rmb([("chosen", .chosen), ("reject", .rejected)], id: "pair_uid")
  }
}

extension SourceRow {
  /// RMB's answers, each an object or a list of them, with the models' names carried through.
  func rmb(_ columns: [(name: String, role: Role)], id: String) throws(TareError) -> RowContent {
    var texts: [ResponseText] = []
    var roles: [Role] = []
    var models: [JSONValue] = []
    for column in columns {
      for (index, element) in try value(column.name).elements.enumerated() {
        guard let answer = element["answer"]?.string ?? element.string else {
          throw error(
            "\(column.name)[\(index)]", found: element.kindName,
            accepted: "an object with an 'answer', or a text")
        }
        texts.append(ResponseText(field: column.name, before: [], turns: [.assistant(answer)]))
        roles.append(column.role)
        models.append(element["llm_name"] ?? .null)
      }
    }
    var content = try RowContent(
      self, try self.texts(of: texts), roles, columns: columns.map(\.name))
    if models.contains(where: { $0 != .null }) { content.extras = ["models": .array(models)] }
    content.id = try name(id)
    content.subset = try name("category_path")
    content.columns += [id]
    return content
  }
}
