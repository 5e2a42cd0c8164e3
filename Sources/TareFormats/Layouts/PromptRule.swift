/// By what the rows of one prompt are known.
import TareCore

package enum PromptRule: Sendable, Equatable {
  /// A column that the user names; it tells alone, whatever the subset.
  case named(String)
  /// A column of ids.
  case id(String)
  /// The texts of the prompts, where no column holds their ids.
  case texts([String])
  /// The messages before the response of a column of conversations, with what else belongs to the
  /// prompt.
  case conversations(String, contexts: [String])
  /// Each row is a prompt of its own.
  case rows

  /// Columns that can hold a prompt's text; the first that is there counts.
  private static let texts = ["prompt", "instruction", "question", "query", "problem", "input"]
  /// Columns that belong to a prompt beside its text.
  private static let contexts = [
    "system", "system_prompt", "history", "tools", "documents", "chat_template_kwargs",
  ]
  /// Columns that may belong to it as well, though no conversation is made of them.
  private static let surroundings = [
    "system_message", "context", "contexts", "passage", "passages", "document", "background",
    "chat_history", "conversation_history",
  ]

  /// The texts among the columns, or the conversations that hold them.
  ///
  /// - Parameters:
  ///   - conversations: columns of conversations that may hold their prompts.
  ///   - isWide: whether all that may belong to a prompt tells it from others, a conversation beside its
  ///     text too: where rows have no ids of prompts.
  static func guessed(
    _ columns: ColumnNames, conversations: [String], isWide: Bool = false
  ) -> PromptRule {
    let contexts = isWide ? contexts + surroundings : contexts
    if let first = columns.first(of: texts) {
      if isWide, let column = columns.first(of: conversations) {
        let text = columns.column("instruction") == first ? [first, "input"] : [first]
        return .conversations(column, contexts: (text + contexts).compactMap(columns.column))
      }
      var found = [first]
      // Alpaca's instruction goes with an input.
      if columns.column("instruction") == first, let input = columns.column("input") {
        found.append(input)
      }
      return .texts(found + contexts.compactMap(columns.column))
    }
    if let column = columns.first(of: conversations) {
      return .conversations(column, contexts: contexts.compactMap(columns.column))
    }
    return .rows
  }

  /// Whether nobody said so: neither the user nor a column of ids.
  package var isGuess: Bool {
    switch self {
    case .named, .id: false
    case .texts, .conversations, .rows: true
    }
  }

  /// The column that holds the ids, if one does.
  package var column: String? {
    switch self {
    case .named(let column), .id(let column): column
    case .texts, .conversations, .rows: nil
    }
  }

  /// The guess in words, for people; nil where it is none.
  package var note: String? {
    switch self {
    case .named, .id: nil
    case .texts(let columns):
      "There is no column of prompt ids: rows with the same "
        + columns.map { "'\($0)'" }.joined(separator: ", ") + " are grouped as one prompt."
    case .conversations(let column, let contexts):
      "There is no column of prompt ids: rows with the same messages before the response in '\(column)'"
        + (contexts.isEmpty
          ? "" : " and the same \(contexts.map { "'\($0)'" }.joined(separator: ", "))")
        + " are grouped as one prompt."
    case .rows:
      "There is no column of prompt ids or prompts: each row is treated as a separate prompt."
    }
  }
}

// MARK: - Names of prompts

extension PromptRule {
  /// A prompt's id made of its text: the text itself where that is short, else its beginning and a
  /// digest.
  package static func name(_ text: String) -> String {
    guard text.utf8.count > 80 || text.utf8.contains(where: { $0 < 0x20 }) else { return text }
    let start = String(text.prefix(48)).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    return "\(start)… #\(Digest(of: text).description.prefix(12))"
  }

  /// The id of a row whose prompt is not known.
  package static func name(ofRow row: Int) -> String { "row-\(row + 1)" }

  /// What a cell says of the prompt; nil where it says nothing. A list of the user's one message is
  /// that message's text, and members of objects may stand in any order.
  static func text(_ cell: JSONValue) -> String? {
    switch cell {
    case .null, .string(""): return nil
    case .string(let text): return text
    case .array(let elements):
      if elements.isEmpty { return nil }
      if elements.count == 1, let message = elements[0].object, message.count == 2,
        message["role"] == "user", let content = message["content"]?.string
      {
        return content
      }
      return cell.sorted.text()
    default: return cell.sorted.text()
    }
  }
}

extension JSONValue {
  /// The same value with the members of its objects in the order of their names.
  fileprivate var sorted: JSONValue {
    switch self {
    case .array(let elements): return .array(elements.map(\.sorted))
    case .object(let object):
      var sorted = JSONObject()
      for member in object.members.sorted(by: { $0.key < $1.key }) {
        sorted[member.key] = member.value.sorted
      }
      return .object(sorted)
    default: return self
    }
  }
}
