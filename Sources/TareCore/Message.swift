/// One turn of a conversation, with every member that its source gave it.

/// A message as a chat template gets it: an object with a role, usually a content, and whatever else
/// belongs to the turn (`tool_calls`, `reasoning_content`, `name`, `tool_call_id`, …).
public struct Message: Sendable {
  /// All members in the order of the source. There is a `role`, a string.
  package private(set) var members: JSONObject

  public init(role: String, content: String) {
    members = ["role": .string(role), "content": .string(content)]
  }

  /// - Throws: `TareError.badData`, whose place is the member, for a value that is no object, a role that
  ///   is no string, a content that is neither a string, null nor a list of parts, and a part that is
  ///   not text.
  package init(_ value: JSONValue) throws(TareError) {
    guard let object = value.object else {
      throw .badData(place: "", found: value.kindName, accepted: "a message: an object with a role")
    }
    guard object["role"]?.string != nil else {
      throw .badData(
        place: "role", found: object["role"]?.kindName ?? "none",
        accepted: "a string (system, user, assistant, tool, …)")
    }
    members = object
    try Self.check(content: object["content"] ?? .null, isData: !Self.textRoles.contains(role))
  }

  /// Those whose content is text. That of a tool, for example, may be data, which templates write as JSON.
  private static let textRoles: Set = ["system", "developer", "user", "assistant"]
  private static let mediaTypes: Set = [
    "image", "image_url", "input_image", "audio", "audio_url", "input_audio", "video", "video_url",
    "file", "input_file",
  ]

  private static func check(content: JSONValue, isData: Bool) throws(TareError) {
    switch content {
    case .string, .null: return
    case .array(let parts) where isData:
      for (index, part) in parts.enumerated()
      where mediaTypes.contains(part["type"]?.string ?? "") {
        throw .badData(
          place: "content[\(index)]", found: part.partName, accepted: "text, or data as JSON")
      }
    case .object where isData, .int where isData, .double where isData, .bool where isData: return
    case .array(let parts):
      for (index, part) in parts.enumerated() where part.partText == nil {
        throw .badData(
          place: "content[\(index)]", found: part.partName,
          accepted: "a text part: {\"type\": \"text\", \"text\": \"…\"}")
      }
    default:
      throw .badData(
        place: "content", found: content.kindName,
        accepted: "a string, a list of text parts, or null")
    }
  }

  public static func user(_ content: String) -> Message { .init(role: "user", content: content) }
  public static func assistant(_ content: String) -> Message {
    .init(role: "assistant", content: content)
  }
  public static func system(_ content: String) -> Message {
    .init(role: "system", content: content)
  }

  /// "system", "user", "assistant", "tool", …, as chat templates know them.
  public var role: String { members["role"]?.string ?? "" }

  /// The text of the content: that of all its parts where it is a list, nothing where it is null.
  public var content: String {
    get {
      switch members["content"] {
      case .string(let text)?: text
      case .array(let parts)?: parts.compactMap(\.partText).joined()
      default: ""
      }
    }
    set { members["content"] = .string(newValue) }
  }

  package subscript(member: String) -> JSONValue? {
    get { members[member] }
    set { members[member] = newValue }
  }

  /// Whether a role and a content, both strings, are all that it has.
  package var isPlain: Bool { members.count == 2 && members["content"]?.string != nil }

  /// The message as JSON; of a plain one the role comes first, wherever its source had it.
  package var json: JSONValue {
    isPlain ? ["role": .string(role), "content": .string(content)] : .object(members)
  }
}

extension Message: Hashable {
  /// Whether they have the same members, in any order.
  public static func == (left: Message, right: Message) -> Bool {
    left.members.count == right.members.count
      && left.members.members.allSatisfy { right.members[$0.key] == $0.value }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(role)
    hasher.combine(content)
    hasher.combine(members.count)
  }
}

extension JSONValue {
  /// The text of a content part; nil where it is another kind of part, or none.
  fileprivate var partText: String? {
    if let text = string { return text }
    guard let object, object["type"]?.string ?? "text" == "text" else { return nil }
    return object["text"]?.string
  }

  /// What a message calls a part that is no text.
  fileprivate var partName: String {
    guard let object else { return kindName }
    guard let type = object["type"]?.string else { return "a part without a type" }
    return type == "text" ? "a text part without a text" : "a part of type '\(type)'"
  }
}
