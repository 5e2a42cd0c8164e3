/// `tare tokenize`: what the model would see of each response.
package import TareCore
internal import TareFormats
internal import TareScoring

extension Pipeline {
  /// One object a response: rendered text, ids, read position.
  package func tokenize(_ request: ScoreRequest) throws(TareError) -> [JSONObject] {
    let text = try request.settings.textModel()
    warn(of: text)
    let options = try request.settings.options(readRule: text.readRule, text: text, run: nil)
    var rows: [JSONObject] = []
    var unreadSteps = 0
    let columns = try ColumnMapping(command: request.columns)
    for input in request.inputs {
      let file = try InputFile(input)
      let policy = RowPolicy()
      let sets = try readCandidateSets(
        file.bytes, name: file.name, format: request.format, columns: columns,
        badRows: policy.badRows)
      for note in policy.notes { observer.notice(note) }
      noticeUnusedText(sets.unusedTextColumns, in: file.name)
      warn(of: sets, text, options)
      for row in try sets.joiningSteps(for: text, options) {
        for candidate in row.responses {
          do throws(TareError) {
            let tokens = try text.tokenize(
              row.conversation(candidate), options)
            unreadSteps += tokens.hasUnreadStep ? 1 : 0
            rows.append([
              "id": .string(row.id), "role": .string(candidate.role.rawValue),
              "text": .string(try text.text(of: tokens)),
              "ids": .array(tokens.ids.map { .int(Int($0)) }),
              "read_at": .int(tokens.readAt), "truncated": .bool(tokens.truncated),
            ])
          } catch {
            throw error.inside("\(file.name), row '\(row.id)'")
          }
        }
      }
    }
    warn(ofUnreadSteps: unreadSteps, of: rows.count)
    return rows
  }
}
