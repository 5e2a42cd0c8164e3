/// The registry of layouts of rows. To add one: write its file, and add its type here.
import TareCore

package enum RowLayouts {
  /// In the order in which they are tried: what has marks of its own before what takes many.
  static let registry = Registry<any RowLayout.Type>(
    "row layout",
    [
      HHRows.self,
      ShareGPTPairs.self,
      PreferenceRows.self,
      RMBPairs.self,
      RMBSets.self,
      MessagePairs.self,
      OpenAIPairs.self,
      CandidateRows.self,
      GradedResponses.self,
      HelpSteerRows.self,
      ResponseRow.self,
      CompletionRow.self,
      StepwiseRows.self,
      CompletionRows.self,
      GradedCompletions.self,
      ProcessBenchRows.self,
      JudgeBenchRows.self,
      HelpSteerPairs.self,
      BetterResponsePairs.self,
      ArenaVotes.self,
      ArenaAnswers.self,
      LLMBarPairs.self,
      PrometheusPairs.self,
      SHPPairs.self,
      WebGPTPairs.self,
      SummaryPairs.self,
      NectarRows.self,
      StackExchangeRows.self,
      RejectedResponse.self,
      RejectedMessages.self,
      ConversationRow.self,
      QueryRow.self,
      InstructionRow.self,
      RenderedPairs.self,
      RenderedTexts.self,
    ]
  ) { $0 }

  /// Key, one line, and a row of each.
  package static var examples: [(key: String, summary: String, example: String)] {
    registry.entries.map { ($0.key, $0.summary, $0.example) }
  }

  package static var help: [(key: String, summary: String)] { registry.help }

  /// - Parameter mapping: how a user names columns, for messages.
  /// - Throws: `TareError.badData` that says which layout is nearest and what it lacks.
  static func layout(
    of row: SourceRow, _ mapping: ColumnMapping = .init()
  ) throws(TareError) -> any RowLayout.Type {
    var finder = RowLayoutFinder(mapping)
    return try finder.layout(of: row)
  }
}
