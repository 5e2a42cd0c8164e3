/// Ids that stand for several prompts in a file of which each row is a pair: each prompt is one by itself.
import TareCore

/// - Parameter Prompt: what tells prompts apart beside their ids.
struct SeparatePrompts<Prompt: Hashable> {
  private var prompts: [PromptKey: Prompt] = [:]
  /// The ids of the further prompts under an id, and the last number that was given.
  private var others: [PromptKey: (ids: [Prompt: String], last: Int)] = [:]
  /// The ids, in the order in which a second prompt was met.
  private var repeated: [String] = []
  private var isRepeated: Set<String> = []

  /// The id itself for the first prompt under it, and for others one with a number.
  mutating func id(_ key: PromptKey, of prompt: Prompt) -> String {
    guard let first = prompts[key], first != prompt else {
      prompts[key] = prompt
      return key.id
    }
    if let id = others[key]?.ids[prompt] { return id }
    var number = others[key]?.last ?? 1
    var own: PromptKey
    repeat {
      number += 1
      own = PromptKey(section: key.section, subset: key.subset, id: "\(key.id)-\(number)")
    } while prompts[own].map { $0 != prompt } ?? false
    prompts[own] = prompt
    others[key, default: ([:], 1)].ids[prompt] = own.id
    others[key]?.last = number
    if isRepeated.insert(key.id).inserted { repeated.append(key.id) }
    return own.id
  }

  /// What a reader should know of it, in a phrase; nil where each id has one prompt.
  var note: String? {
    guard let first = repeated.first else { return nil }
    let ids =
      repeated.count == 1
      ? "the id '\(first)' has" : "\(repeated.count) ids, such as '\(first)', have"
    return "\(ids) several prompts, which are kept separate as '\(first)', '\(first)-2' …"
  }
}
