/// A message as OpenAI's clients send it.
internal import TareCore

struct RequestMessage {
  private let value: JSONValue

  init(_ value: JSONValue) { self.value = value }

  /// The message as transformers' tokenizers hand it to a template (5.23, `apply_chat_template`).
  var withoutNulls: JSONValue {
    guard var message = value.object else { return value }
    for (name, value) in message.members where value == .null { message[name] = nil }
    return .object(message)
  }

  /// The message as chat templates have it, which vLLM makes of it (`_postprocess_messages` in
  /// vllm/entrypoints/chat_utils.py): arguments of tool calls as objects, not as JSON in a string; thoughts
  /// under both their names; parts of text by one name; and without members that are null, but for the
  /// content.
  ///
  /// - Throws: `TareError.badData` whose place is the call for arguments that are no JSON.
  func asOpenAIHasIt() throws(TareError) -> JSONValue {
    guard var message = value.object else { return value }
    for (name, value) in message.members where value == .null && name != "content" {
      message[name] = nil
    }
    if let parts = message["content"]?.array {
      message["content"] = .array(parts.map(Self.part))
    }
    if let calls = message["tool_calls"] { message["tool_calls"] = try Self.calls(calls) }
    if message["role"] == "assistant",
      let thoughts = message["reasoning"] ?? message["reasoning_content"]
    {
      message["reasoning"] = thoughts
      message["reasoning_content"] = thoughts
    }
    return .object(message)
  }

  /// Texts by the names of OpenAI's other protocols.
  private static func part(_ part: JSONValue) -> JSONValue {
    switch part["type"] {
    case "input_text", "output_text":
      guard let text = part["text"]?.string else { return part }
      return ["type": "text", "text": .string(text)]
    case "refusal", "thinking":
      let name = part["type"]?.string ?? ""
      guard let text = part[name]?.string else { return part }
      return ["type": "text", "text": .string(text)]
    default: return part
    }
  }

  /// - Returns: nil for none.
  private static func calls(_ value: JSONValue) throws(TareError) -> JSONValue? {
    guard let calls = value.array else {
      throw .badData(
        place: "tool_calls", found: value.kindName, accepted: "an array of calls with a function")
    }
    var read: [JSONValue] = []
    for (index, call) in calls.enumerated() {
      guard var whole = call.object, var function = whole["function"]?.object else {
        throw .badData(
          place: "tool_calls[\(index)]", found: call.kindName, accepted: "a call with a function")
      }
      function["arguments"] = try arguments(
        function["arguments"] ?? .null, "tool_calls[\(index)].function.arguments")
      whole["function"] = .object(function)
      read.append(.object(whole))
    }
    return read.isEmpty ? nil : .array(read)
  }

  private static func arguments(
    _ value: JSONValue, _ place: String
  ) throws(TareError) -> JSONValue {
    switch value {
    case .null: return [:]
    case .object, .array: return value
    case .string(let text) where text.allSatisfy(\.isWhitespace): return [:]
    case .string(let text):
      do throws(TareError) {
        return try JSONValue(parsing: text)
      } catch {
        throw error.inside(place)
      }
    default:
      throw .badData(
        place: place, found: value.kindName, accepted: "an object, or an object as JSON text")
    }
  }
}
