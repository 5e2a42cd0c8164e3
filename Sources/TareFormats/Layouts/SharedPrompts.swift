/// The prompts of an input's rows: several rows may answer one.
import TareCore

/// Rows belong to one prompt that have the same id within their subset and section, or have no id and the
/// same prompt. Texts are compared by their digests, and none is held.
struct SharedPrompts {
  private var known: [PromptKey: Known] = [:]
  /// The ids that were made for prompts of rows without one.
  private var made: [Digest: String] = [:]
  private var separate = SeparatePrompts<Digest>()

  /// What further rows of the prompt are compared with.
  private struct Known {
    let prompt: Digest
    /// Of its first row.
    let place: String
    /// The row of each response, by its index.
    var indices: [Int: String] = [:]
    /// The row of each pair or list.
    var lists: [Digest: String] = [:]
  }

  /// What a reader should know of the ids, in a phrase.
  var note: String? { separate.note }

  /// The id of a set: without an id that of the first with its prompt, of a pair or list by itself whose
  /// id stands for another prompt already one with a number; any other id is checked to stand for one
  /// prompt.
  ///
  /// - Parameters:
  ///   - hasID: whether the row has an id, or its set one that was made of its number.
  ///   - sharesPrompt: whether the set's prompt is all that its responses answer.
  /// - Throws: `TareError.badData` that names both rows.
  mutating func id(
    of set: CandidateSet, hasID: Bool, sharesPrompt: Bool = true, at place: String
  ) throws(TareError) -> String {
    let own = Digest(ofPromptOf: set)
    var id = set.id
    if !hasID, sharesPrompt {
      let group: JSONValue = [
        set.subset.map { .string($0) } ?? .null, set.section.map { .string($0) } ?? .null,
        .string("\(own)"),
      ]
      let text = Digest(of: group.text())
      id = made[text] ?? id
      made[text] = id
    }
    let isSeveral = set.responses.count > 1
    if hasID, isSeveral {
      id = separate.id(PromptKey(section: set.section, subset: set.subset, id: id), of: own)
    }
    let key = PromptKey(section: set.section, subset: set.subset, id: id)
    if let first = known[key], first.prompt != own {
      throw .badData(
        place: place, found: "the id '\(id)' with a different prompt than in \(first.place)",
        accepted: "one prompt per id")
    }
    let responses = isSeveral ? Digest(ofResponsesOf: set) : nil
    // An answer may be given twice; a pair that stands twice is one too many.
    if hasID, let responses, let same = known[key]?.lists[responses] {
      throw .badData(
        place: place,
        found: "the id '\(id)' and the same responses as in \(same)",
        accepted: "each pair or list of responses once")
    }
    let index = set.extras["index"]?.int
    if let index, let same = known[key]?.indices[index] {
      throw .badData(
        place: "\(place), column 'index'",
        found: "response \(index) of '\(id)', as in \(same)",
        accepted: "a unique index for each response of a prompt")
    }
    if known[key] == nil { known[key] = Known(prompt: own, place: place) }
    if let index { known[key]?.indices[index] = place }
    if let responses { known[key]?.lists[responses] = place }
    return id
  }
}

extension Digest {
  /// Of what makes two prompts one.
  fileprivate init(ofPromptOf set: CandidateSet) {
    let context = JSONValue.object(set.context.json)
    self.init(of: JSONValue.array(set.prompt.map(\.comparedJSON) + [context]).text())
  }

  /// Of roles and messages.
  fileprivate init(ofResponsesOf set: CandidateSet) {
    let responses = set.responses.map { response -> JSONValue in
      .array([.string(response.role.rawValue)] + response.turns.map(\.comparedJSON))
    }
    self.init(of: JSONValue.array(responses).text())
  }
}

extension Message {
  /// The same for messages that have the same members, in any order.
  fileprivate var comparedJSON: JSONValue {
    guard !isPlain else { return json }
    var sorted = JSONObject()
    let members = members.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (key, value) in members { sorted[key] = value }
    return .object(sorted)
  }
}
