/// Labelled answers, a row each, put together to the pairs that they are.
package import TareCore

extension [CandidateSet] {
  /// Where every row is one answer with a label that says better or worse: a set for each prompt, its
  /// responses chosen and rejected. Other rows stay as they are.
  ///
  /// - Throws: `TareError.badData` that names the row of a label that is none.
  package func joiningLabelledAnswers() throws(TareError) -> [CandidateSet] {
    guard allSatisfy({ $0.responses.map(\.role) == [.response] }) else { return self }
    var labels = RowLabels(nil)
    for (row, set) in enumerated() { labels.append(.response, set.extras, position: row) }
    let judged = try labels.judgement(keepsRoles: false) { "row \($0 + 1)" }
    guard !judged.roles.contains(.response) else { return self }
    let prompts = PromptGroups(
      keys: map { PromptKey(section: $0.section, subset: $0.subset, id: $0.id) }
    ) { $0.id }
    return prompts.rows.map { rows in
      var joined = self[rows[0]]
      joined.extras = [:]
      joined.responses = rows.map { row in
        var response = self[row].responses[0]
        response.role = judged.roles[row]
        return response
      }
      return joined
    }
  }
}
