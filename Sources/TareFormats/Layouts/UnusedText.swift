/// Columns that look as if they belonged to the text that is scored, and are not read.
package import TareCore

/// The columns that were carried through though they look like text, in the order in which they appear.
///
/// A column looks like text if it holds messages, has the name of a part of a prompt or of a response,
/// or holds four words or more and its name is not that of an id, a source, a label or the like. A text
/// that stands in the row's conversation as well is not missing from it.
package func unusedTextColumns(of sets: [CandidateSet]) -> [String] {
  var unused = UnusedTextColumns()
  for set in sets { unused.add(set) }
  return unused.names
}

/// The same set by set.
struct UnusedTextColumns {
  private(set) var names: [String] = []
  private var kinds: [String: ColumnKind] = [:]

  mutating func add(_ set: CandidateSet) {
    for (name, value) in set.extras.members {
      let kind = kinds[name] ?? ColumnKind(name)
      kinds[name] = kind
      guard kind != .found, value.looksLikeText(kind), !set.holds(value) else { continue }
      kinds[name] = .found
      names.append(name)
    }
  }
}

/// What a column's name says of it.
private enum ColumnKind {
  case text, variable, metadata, other
  /// It was found to be text already.
  case found

  init(_ name: String) {
    let name = name.lowercased()
    let last = name.split(separator: "_").last.map(String.init) ?? name
    self =
      textNames.contains(name)
      ? .text
      : variableNames.contains(name)
        ? .variable : metadataNames.contains(last) ? .metadata : .other
  }
}

/// Names of what prompts and responses are made of.
private let textNames: Set = [
  "audios", "background", "chat_history", "chat_template_kwargs", "chosen", "completion",
  "completions", "context", "contexts", "conversation", "conversations", "demonstrations",
  "dialog", "dialogue", "document", "documents", "few_shot", "functions", "history", "images",
  "input", "inputs", "instruction", "instructions", "messages", "output", "outputs", "passage",
  "passages", "persona", "profile", "prompt", "query", "question", "reasoning",
  "reasoning_content", "rejected", "rejected_messages", "rejected_response", "response",
  "responses", "system", "system_message", "system_prompt", "template_kwargs", "text", "thinking",
  "tools", "videos",
]

/// Names of template variables, which count in `chat_template_kwargs` alone.
private let variableNames: Set = ["add_generation_prompt", "enable_thinking", "reasoning_effort"]

/// Names, or last parts of names, of what is told about a row.
private let metadataNames: Set = [
  "annotator", "author", "benchmark", "category", "comment", "comments", "dataset", "date",
  "difficulty", "domain", "error", "errors", "explanation", "feedback", "file", "generator",
  "gold", "hash", "id", "ids", "index", "judge", "label", "labels", "language", "license", "link",
  "model", "models", "name", "names", "path", "rating", "rationale", "reason", "role", "score",
  "scores", "section", "source", "split", "status", "subset", "tag", "tags", "task", "time",
  "timestamp", "type", "url", "uuid", "version", "why",
]

extension JSONValue {
  fileprivate func looksLikeText(_ kind: ColumnKind) -> Bool {
    switch kind {
    case .text: !isBlank && double == nil && bool == nil
    case .variable: !isBlank
    case .metadata: isMessages
    case .other: isMessages || hasWords
    case .found: false
    }
  }

  private var isBlank: Bool {
    switch self {
    case .null, .string(""): true
    case .array(let elements): elements.allSatisfy(\.isBlank)
    case .object(let object): object.isEmpty
    default: false
    }
  }

  private var isMessages: Bool {
    guard let first = array?.first else { return false }
    return first["role"] != nil || first["from"] != nil && first["value"] != nil
      || first.isMessages
  }

  /// Whether a text within has four words or more.
  private var hasWords: Bool {
    if let array { return array.contains(where: \.hasWords) }
    guard let string else { return false }
    return string.split(maxSplits: 3, whereSeparator: \.isWhitespace).count > 3
  }
}

extension CandidateSet {
  /// Whether a text is part of the prompt or of a response.
  fileprivate func holds(_ value: JSONValue) -> Bool {
    guard let text = value.string, !text.isEmpty else { return false }
    return prompt.contains { $0.content.contains(text) }
      || responses.contains { $0.turns.contains { $0.content.contains(text) } }
  }
}
