/// What a chat template is told of a conversation besides its messages.

/// The arguments that transformers' `apply_chat_template` takes beside the messages, and the template's own
/// variables (`chat_template_kwargs`), such as `enable_thinking`.
package struct TemplateContext: Hashable, Sendable {
  /// The tools on offer, an array of JSON schemas; nil for none.
  package var tools: JSONValue?
  /// Documents for retrieval, an array of objects; nil for none.
  package var documents: JSONValue?
  /// Any other variables by name.
  package var variables: JSONObject

  package init(
    tools: JSONValue? = nil, documents: JSONValue? = nil, variables: JSONObject = [:]
  ) {
    self.tools = tools
    self.documents = documents
    self.variables = variables
  }

  package var isEmpty: Bool { tools == nil && documents == nil && variables.isEmpty }
}

extension TemplateContext {
  /// The context as a row of a file has it: `tools`, `documents` and `chat_template_kwargs`, those that
  /// there are.
  package var json: JSONObject {
    var object: JSONObject = [:]
    object["tools"] = tools
    object["documents"] = documents
    if !variables.isEmpty { object["chat_template_kwargs"] = .object(variables) }
    return object
  }

  /// - Parameter json: as `json` gives it; other members are passed over.
  /// - Throws: `TareError.badData` whose place is the member.
  package init(json: JSONObject) throws(TareError) {
    self.init()
    tools = try Self.objects(json["tools"] ?? .null, "tools")
    documents = try Self.objects(json["documents"] ?? .null, "documents")
    if let value = json["chat_template_kwargs"], value != .null {
      do throws(TareError) {
        variables = try Self.variables(value)
      } catch {
        throw error.inside("chat_template_kwargs")
      }
    }
  }

  private static func objects(_ value: JSONValue, _ name: String) throws(TareError) -> JSONValue? {
    if value == .null { return nil }
    guard let elements = value.array else {
      throw .badData(place: name, found: value.kindName, accepted: "an array of objects")
    }
    if let index = elements.firstIndex(where: { $0.object == nil }) {
      throw .badData(
        place: "\(name)[\(index)]", found: elements[index].kindName, accepted: "an object")
    }
    return value
  }

  /// A template's variables by name.
  ///
  /// - Throws: `TareError.badData` for what is no object, and for what transformers'
  ///   `apply_chat_template` takes for an argument of its own and no template ever sees.
  package static func variables(_ value: JSONValue) throws(TareError) -> JSONObject {
    guard var object = value.object else {
      throw .badData(
        place: "", found: value.kindName,
        accepted: "an object of template variables, such as {\"enable_thinking\": false}")
    }
    for name in arguments {
      guard let given = object[name] else { continue }
      // What says that nothing is asked for may stay.
      guard given == .bool(false) || given == .null else {
        throw .badData(
          place: "", found: "'\(name)', which is an argument of apply_chat_template",
          accepted: "variables of the chat template")
      }
      object[name] = nil
    }
    return object
  }

  /// Arguments of `apply_chat_template` that are no template's variables.
  private static let arguments = [
    "conversation", "messages", "chat_template", "add_generation_prompt",
    "continue_final_message", "tokenize", "padding", "truncation", "max_length", "return_tensors",
    "return_dict", "return_assistant_tokens_mask", "tokenizer_kwargs", "processor_kwargs",
  ]
}
