/// The texts behind a table's scores, where its rows carry them.
package import TareCore

extension DataTable {
  /// Whether there are responses, and no prompts beside them.
  package var hasResponsesAlone: Bool {
    ["response", "responses", "completion"].contains(where: has) && !has("prompt")
  }
}

extension ScoreTable {
  /// Prompt and response of each score; nil where the rows hold no texts, or hold prompt and response
  /// in one.
  ///
  /// - Throws: `TareError.badData` that names the row whose texts are other than the first row's, or
  ///   not as many as its scores.
  package func conversations() throws(TareError) -> [Conversation]? {
    let columns = table.columns.map { ($0, table.cells($0)) }
    guard let first = try? RowLayouts.layout(of: table.row(0, columns)), !first.isRendered else {
      return nil
    }
    var counts = [Int](repeating: 0, count: table.rows.count)
    for row in rowOfResponse { counts[row] += 1 }
    var conversations: [Conversation] = []
    var finder = RowLayoutFinder()
    for (position, count) in counts.enumerated() where count > 0 {
      let source = table.row(position, columns)
      do throws(TareError) {
        let content = try finder.layout(of: source).read(source)
        guard content.responses.count == count else {
          throw .badData(
            place: source.place, found: "\(content.responses.count) texts",
            accepted: "\(count), one a score")
        }
        // Prompt and response in one.
        if content.responses.contains(where: { $0.turns.contains(where: \.isRendered) }) {
          return nil
        }
        conversations += content.responses.map {
          Conversation(prompt: content.prompt, turns: $0.turns, context: content.context)
        }
      } catch {
        throw error.inside(table.name)
      }
    }
    return conversations
  }

  /// Columns that look like text and are no part of these conversations, as far as the first thousand rows
  /// show.
  package var textColumnsUnused: [String] {
    let columns = table.columns.map { ($0, table.cells($0)) }
    var finder = RowLayoutFinder()
    let sets = table.rows.indices.prefix(1000).compactMap { position -> CandidateSet? in
      let source = table.row(position, columns)
      guard let content = try? finder.layout(of: source).read(source) else { return nil }
      var extras = source.columns
      for column in content.columns + idColumns + ["subset", "section"] { extras[column] = nil }
      return CandidateSet(
        id: "", prompt: content.prompt, responses: content.responses, context: content.context,
        extras: extras)
    }
    return unusedTextColumns(of: sets)
  }
}
