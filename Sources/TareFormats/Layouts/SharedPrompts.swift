/// The prompts of an input's rows: several rows may answer one.
import TareCore

/// Rows belong to one prompt that have the same id within their subset and section, or have no id and the
/// same prompt.
struct SharedPrompts {
  private var rows: [PromptKey: (prompt: Prompt, rows: [Row])] = [:]
  /// The ids that were made for prompts of rows without one.
  private var made: [Text: String] = [:]
  private var separate = SeparatePrompts<Prompt>()

  /// What further rows of the prompt are compared with.
  private struct Row {
    let place: String
    let index: Int?
    /// Of a pair or list.
    let responses: [Candidate]
  }

  private struct Prompt: Equatable {
    let messages: [Message]
    let context: TemplateContext
  }

  private struct Text: Hashable {
    let subset: String?
    let section: String?
    let prompt: [Message]
    let context: TemplateContext
  }

  /// What a reader should know of the ids, in a phrase.
  var note: String? { separate.note }

  /// Gives a set without an id that of the first with its prompt, and a pair or list by itself whose id
  /// stands for another prompt already an id with a number; checks that another id stands for one
  /// prompt.
  ///
  /// - Parameters:
  ///   - hasID: whether the row has an id, or its set one that was made of its number.
  ///   - sharesPrompt: whether the set's prompt is all that its responses answer.
  /// - Throws: `TareError.badData` that names both rows.
  mutating func place(
    _ set: inout CandidateSet, hasID: Bool, sharesPrompt: Bool = true, at place: String
  ) throws(TareError) {
    if !hasID, sharesPrompt {
      let text = Text(
        subset: set.subset, section: set.section, prompt: set.prompt, context: set.context)
      set.id = made[text] ?? set.id
      made[text] = set.id
    }
    if hasID, set.responses.count > 1 {
      set.id = separate.id(
        PromptKey(section: set.section, subset: set.subset, id: set.id),
        of: Prompt(messages: set.prompt, context: set.context))
    }
    let key = PromptKey(section: set.section, subset: set.subset, id: set.id)
    let own = Prompt(messages: set.prompt, context: set.context)
    let prompt = rows[key]?.prompt ?? own
    let before = rows[key]?.rows ?? []
    if let first = before.first, prompt != own {
      throw .badData(
        place: place, found: "the id '\(set.id)' with another prompt than \(first.place)",
        accepted: "one prompt under one id")
    }
    // Its texts are held once. Messages with more members may have them in another order.
    if prompt.messages.allSatisfy(\.isPlain) { set.prompt = prompt.messages }
    // An answer may be given twice; a pair that stands twice is one too many.
    if hasID, set.responses.count > 1,
      let same = before.first(where: { $0.responses == set.responses })
    {
      throw .badData(
        place: place,
        found: "the id '\(set.id)', which \(same.place) has too, with the same responses",
        accepted: "each pair or list of responses once")
    }
    let index = set.extras["index"]?.int
    if let index, let same = before.first(where: { $0.index == index }) {
      throw .badData(
        place: "\(place), column 'index'",
        found: "response \(index) of '\(set.id)', as in \(same.place)",
        accepted: "another place for each response of a prompt")
    }
    let row = Row(
      place: place, index: index, responses: set.responses.count > 1 ? set.responses : [])
    rows[key, default: (prompt, [])].rows.append(row)
  }
}
