/// The rankings of all prompts, each made as it is asked for.
import TareCore

package struct Rankings: RandomAccessCollection, Sendable {
  private let responses: ScoredResponses
  private let members: PromptGroups.Members

  init(_ responses: ScoredResponses) {
    self.responses = responses
    members = responses.groups.members
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { responses.groups.count }

  package subscript(prompt: Int) -> Ranking { Ranking(rows: members[prompt], of: responses) }
}
