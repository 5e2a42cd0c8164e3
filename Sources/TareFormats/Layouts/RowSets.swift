/// A row of a file to prompts with their responses: ids, subsets, and the columns carried through.
import TareCore

/// The columns that can hold the prompt's id, the first that is there counts, as in a score table.
let idColumns = ["prompt_id", "id", "pair_id"]

/// What a row holds.
struct RowSets {
  /// One set, or one for each response where the layout grades them: a grade is a row's.
  let sets: [CandidateSet]
  /// Whether the row says its prompt's id.
  let hasID: Bool
  /// Whether the set's prompt is all that its responses answer.
  let sharesPrompt: Bool
}

/// - Parameter number: of the row, from 1; its id where it has none.
/// - Throws: `TareError.badData` if the row is not of the layout.
func candidateSets(
  of row: SourceRow, number: Int, _ layout: any RowLayout.Type
) throws(TareError) -> RowSets {
  let content = try layout.read(row)
  var used = Set(content.columns)
  func name(_ column: String) throws(TareError) -> String? {
    guard let name = try row.name(column) else { return nil }
    used.insert(column)
    return name
  }
  var id = content.id
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
  let whole = CandidateSet(
    id: id ?? "row-\(number)", subset: subset ?? content.subset, section: section,
    prompt: content.prompt, responses: content.responses, context: content.context, extras: extras)
  let hasID =
    content.id != nil || idColumns.contains { (row.columns[$0] ?? .null).labelText != "" }
  guard let grades = content.grades else {
    return RowSets(sets: [whole], hasID: hasID, sharesPrompt: content.sharesPrompt)
  }
  let sets = zip(content.responses, grades).map { response, grade in
    var set = whole
    set.responses = [response]
    set.extras["label"] = .double(grade)
    return set
  }
  return RowSets(sets: sets, hasID: hasID, sharesPrompt: content.sharesPrompt)
}
