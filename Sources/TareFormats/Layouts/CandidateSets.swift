/// Rows of a file to prompts with their responses: ids, subsets, and the columns carried through.
import TareCore

/// - Throws: `TareError.badData` if a row has no known shape or two prompts share an id.
func candidateSets(_ rows: [SourceRow]) throws(TareError) -> [CandidateSet] {
  var sets: [CandidateSet] = []
  var prompts = SharedPrompts()
  sets.reserveCapacity(rows.count)
  for (index, row) in rows.enumerated() {
    var set = try candidateSet(row, number: index + 1)
    let hasID = idColumns.contains { (row.columns[$0] ?? .null).labelText != "" }
    try prompts.place(&set, hasID: hasID, at: row.place)
    sets.append(set)
  }
  return sets
}

/// The columns that can hold the prompt's id, the first that is there counts, as in a score table.
private let idColumns = ["prompt_id", "id", "pair_id"]

private func candidateSet(_ row: SourceRow, number: Int) throws(TareError) -> CandidateSet {
  let shape = try RowShape.of(row)
  let content = try shape.read(row)
  var used = Set(content.columns)
  func name(_ column: String) throws(TareError) -> String? {
    guard let name = try row.name(column) else { return nil }
    used.insert(column)
    return name
  }
  var id: String?
  for column in idColumns where id == nil { id = try name(column) }
  let subset = try name("subset")
  let section = try name("section")
  var extras = JSONObject()
  // The place among the answers to the prompt is one answer's; of other rows it is a number like any.
  let isPlace =
    content.responses.count == 1 && content.responses[0].role == .response
    && (row.columns["index"]?.int ?? -1) >= 0
  for (key, value) in row.columns.members where !used.contains(key) {
    extras[key == "index" && !isPlace ? "input_index" : key] = value
  }
  for (key, value) in content.extras.members { extras[key] = value }
  return CandidateSet(
    id: id ?? "row-\(number)", subset: subset ?? content.subset, section: section,
    prompt: content.prompt, responses: content.responses, context: content.context, extras: extras)
}
