/// Rows of a file to prompts with their responses: ids, subsets, and the columns carried through.
import TareCore

/// - Parameters:
///   - mapping: other names for the rows' columns.
///   - badRows: which rows are left out.
///   - skipped: counts them.
///   - notes: gets what a reader should know of how rows were taken, a phrase each.
/// - Throws: `TareError.badData` if a row has no known layout, or rows of a response each share an id and
///   have different prompts.
func candidateSets(
  _ rows: some Collection<SourceRow>, _ mapping: ColumnMapping, _ badRows: BadRows,
  counting skipped: inout SkippedRows, notes: inout [String]
) throws(TareError) -> [CandidateSet] {
  guard mapping.isEmpty else {
    return try sets(
      of: mapped(rows, mapping), mapping, badRows, counting: &skipped, notes: &notes)
  }
  return try sets(of: rows, mapping, badRows, counting: &skipped, notes: &notes)
}

/// The same of rows whose columns have the names that the mapping gives them.
private func sets(
  of rows: some Collection<SourceRow>, _ mapping: ColumnMapping, _ badRows: BadRows,
  counting skipped: inout SkippedRows, notes: inout [String]
) throws(TareError) -> [CandidateSet] {
  var sets: [CandidateSet] = []
  var prompts = SharedPrompts()
  var finder = RowLayoutFinder(mapping)
  sets.reserveCapacity(rows.count)
  for (index, row) in rows.enumerated() {
    do throws(TareError) {
      let read = try candidateSet(row, number: index + 1, finder.layout(of: row))
      let hasID =
        read.content.id != nil
        || idColumns.contains { (row.columns[$0] ?? .null).labelText != "" }
      for var set in read.sets {
        try prompts.place(
          &set, hasID: hasID, sharesPrompt: read.content.sharesPrompt, at: row.place)
        sets.append(set)
      }
    } catch {
      guard let kind = badRows.kind(.noConversation, isMissing: error.isOfMissing) else {
        throw error
      }
      skipped.add(kind, line: row.line ?? index + 1, error)
    }
  }
  if sets.isEmpty, let error = skipped.first { throw error }
  if let note = prompts.note { notes.append(note) }
  return sets
}

/// The columns that can hold the prompt's id, the first that is there counts, as in a score table.
let idColumns = ["prompt_id", "id", "pair_id"]

/// One set, or one for each response where the layout grades them: a grade is a row's.
private func candidateSet(
  _ row: SourceRow, number: Int, _ layout: any RowLayout.Type
) throws(TareError) -> (sets: [CandidateSet], content: RowContent) {
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
  guard let grades = content.grades else { return ([whole], content) }
  let sets = zip(content.responses, grades).map { response, grade in
    var set = whole
    set.responses = [response]
    set.extras["label"] = .double(grade)
    return set
  }
  return (sets, content)
}
