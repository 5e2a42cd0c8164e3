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
  /// Every row is read once, so that what is wrong with one is known; after that they are read as they
  /// are asked for.
  package func conversations() throws(TareError) -> Conversations? {
    if responses.indices.allSatisfy({ row(ofResponse: $0) == $0 }),
      responses.count == table.rows.count, let texts = PlainRows(table)
    {
      return Conversations(count: responses.count, texts)
    }
    let columns = table.named(table.columns)
    guard let first = try? RowLayouts.layout(of: table.row(0, columns)), !first.isRendered else {
      return nil
    }
    var counts = [Int](repeating: 0, count: table.rows.count)
    for response in responses.indices { counts[row(ofResponse: response)] += 1 }
    var finder = RowLayoutFinder()
    for (position, count) in counts.enumerated() where count > 0 {
      let source = table.row(position, columns)
      do throws(TareError) {
        let content = try finder.layout(of: source).read(source)
        guard content.responses.count == count else {
          throw .badData(
            place: source.place, found: "\(content.responses.count) texts",
            accepted: "\(count), one per score")
        }
        // Prompt and response in one.
        if content.responses.contains(where: { $0.turns.contains(where: \.isRendered) }) {
          return nil
        }
      } catch {
        throw error.inside(table.name)
      }
    }
    let layouts = finder
    return Conversations(count: responses.count) { response in
      conversation(response, columns, layouts)
    }
  }

  /// A response with its prompt, of a row that has been read before.
  private func conversation(
    _ response: Int, _ columns: [DataTable.Named], _ layouts: RowLayoutFinder
  ) -> Conversation {
    let row = row(ofResponse: response)
    // Rows ascend.
    var first = response
    while first > 0, self.row(ofResponse: first - 1) == row { first -= 1 }
    let source = table.row(row, columns)
    var finder = layouts
    guard let content = try? finder.layout(of: source).read(source),
      content.responses.indices.contains(response - first)
    else { preconditionFailure("the row was read before") }
    return Conversation(
      prompt: content.prompt, turns: content.responses[response - first].turns,
      context: content.context)
  }

  /// Columns that look like text and are no part of these conversations, as far as the first thousand rows
  /// show.
  package var textColumnsUnused: [String] {
    let columns = table.named(table.columns)
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
