/// Ids that stand for several prompts in a file of which each row is a pair: each prompt is one by itself.
import TareCore

/// - Parameter Prompt: what tells prompts apart beside their ids.
struct SeparatePrompts<Prompt: Equatable> {
  private var prompts: [PromptKey: Prompt] = [:]
  /// The ids, in the order in which a second prompt was met.
  private var repeated: [String] = []

  /// The id itself for the first prompt under it, and for others one with a number.
  mutating func id(_ key: PromptKey, of prompt: Prompt) -> String {
    var own = key
    var number = 1
    while let other = prompts[own], other != prompt {
      number += 1
      own = PromptKey(section: key.section, subset: key.subset, id: "\(key.id)-\(number)")
    }
    prompts[own] = prompt
    if number > 1, !repeated.contains(key.id) { repeated.append(key.id) }
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
