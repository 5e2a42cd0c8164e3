/// A turn of a conversation as data sets have it, made what chat templates know.
import TareCore

enum Turn {
  /// What data sets call the roles.
  private static let roles = [
    "human": "user", "question": "user", "prompter": "user", "gpt": "assistant",
    "chatgpt": "assistant", "bot": "assistant", "bard": "assistant", "bing": "assistant",
    "model": "assistant", "ai": "assistant", "answer": "assistant", "chatbot": "assistant",
  ]
  /// Roles that templates know, which some data sets write in another case.
  private static let known: Set = ["user", "assistant", "system", "tool", "developer"]

  /// ShareGPT's `from` and `value` become a role and a content, a call of functions the assistant's
  /// tool calls; roles get the names that templates know. Any other member stays.
  static func normalised(_ value: JSONValue) -> JSONValue {
    guard var object = value.object else { return value }
    if object["role"] == nil, let from = object["from"]?.string, let content = object["value"] {
      return shared(from, content, object)
    }
    if let role = object["role"]?.string {
      let name = name(of: role)
      if name != role { object["role"] = .string(name) }
    }
    if let parts = object["content"]?.array { join(parts, in: &object) }
    if object["content"] ?? .null == .null { takeAnswer(in: &object) }
    return .object(object)
  }

  /// What stands in place of a content: in OpenAI's older messages a call of a function, which templates
  /// know as one of several tool calls, or the text of a refusal; in Gemini's a list of parts.
  private static func takeAnswer(in object: inout JSONObject) {
    if let parts = object["parts"]?.array, !parts.isEmpty {
      let texts = parts.compactMap { $0["text"]?.string ?? $0.string }
      guard texts.count == parts.count else { return }
      object["parts"] = nil
      object["content"] = .string(texts.joined())
    } else if object["tool_calls"] == nil, let call = object["function_call"],
      let calls = calls(call), !calls.isEmpty
    {
      object["function_call"] = nil
      object["content"] = ""
      object["tool_calls"] = .array(calls)
    } else if let refusal = object["refusal"]?.string, !refusal.isEmpty {
      object["refusal"] = nil
      object["content"] = .string(refusal)
    }
  }

  private static func name(of role: String) -> String {
    let folded = role.trimmed.lowercased()
    if let name = roles[folded] { return name }
    return known.contains(folded) ? folded : role
  }

  private static func shared(
    _ from: String, _ content: JSONValue, _ object: JSONObject
  ) -> JSONValue {
    var message: JSONObject = [:]
    switch from.trimmed.lowercased() {
    case "function_call", "tool_call":
      guard let calls = calls(content) else { fallthrough }
      message = ["role": "assistant", "content": "", "tool_calls": .array(calls)]
    case "observation", "tool_response", "function_response", "function":
      message = ["role": "tool", "content": content]
    default:
      message = ["role": .string(name(of: from)), "content": content]
    }
    for (key, value) in object.members where key != "from" && key != "value" {
      message[key] = value
    }
    return .object(message)
  }

  /// One call or several, as JSON in a text: `{"name", "arguments"}`.
  private static func calls(_ content: JSONValue) -> [JSONValue]? {
    let value = content.parsedIfText
    guard value.array != nil || value.object != nil else { return nil }
    let calls = value.elements
    guard calls.allSatisfy({ $0["name"]?.string != nil }) else { return nil }
    return calls.map { ["type": "function", "function": $0] }
  }

  /// LLaMA-Factory's parts hold what they are as `value`, which no template knows: texts become the
  /// content, thoughts `reasoning_content`, and calls `tool_calls`.
  private static func join(_ parts: [JSONValue], in object: inout JSONObject) {
    var content = ""
    var reasoning = ""
    var calls: [JSONValue] = []
    for part in parts {
      guard part["text"] == nil, let value = part["value"] else { return }
      switch (part["type"]?.string, value.string) {
      case ("text", let text?): content += text
      case ("reasoning", let text?): reasoning += text
      case ("tool_call", _):
        guard let own = Self.calls(value) else { return }
        calls += own
      default: return
      }
    }
    guard !parts.isEmpty else { return }
    object["content"] = .string(content)
    if !reasoning.isEmpty { object["reasoning_content"] = .string(reasoning) }
    if !calls.isEmpty { object["tool_calls"] = .array(calls) }
  }
}
