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
