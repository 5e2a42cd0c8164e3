/// Rows of a file to prompts with their responses: ids, subsets, and the columns carried through.
import TareCore

/// - Parameters:
///   - badRows: which rows are left out.
///   - skipped: counts them.
/// - Throws: `TareError.badData` if a row has no known shape or two prompts share an id.
func candidateSets(
  _ rows: [SourceRow], _ badRows: BadRows, counting skipped: inout SkippedRows
) throws(TareError) -> [CandidateSet] {
  var sets: [CandidateSet] = []
  var prompts = SharedPrompts()
  sets.reserveCapacity(rows.count)
  for (index, row) in rows.enumerated() {
    do throws(TareError) {
      var set = try candidateSet(row, number: index + 1)
      let hasID = idColumns.contains { (row.columns[$0] ?? .null).labelText != "" }
      try prompts.place(&set, hasID: hasID, at: row.place)
      sets.append(set)
    } catch {
      guard let kind = badRows.kind(.noConversation, isMissing: error.isOfMissing) else {
        throw error
      }
      skipped.add(kind, line: row.line ?? index + 1, error)
    }
  }
  if sets.isEmpty, let error = skipped.first { throw error }
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
  for (key, value) in row.columns.members where !used.contains(key) { extras[key] = value }
  for (key, value) in content.extras.members { extras[key] = value }
  return CandidateSet(
    id: id ?? "row-\(number)", subset: subset ?? content.subset, section: section,
    prompt: content.prompt, responses: content.responses, context: content.context, extras: extras)
}
