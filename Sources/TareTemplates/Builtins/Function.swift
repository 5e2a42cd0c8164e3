/// Built-in functions as values.

/// A built-in function, or a method together with the value it belongs to.
final class Function {
  let name: String
  let builtin: Builtin
  let subject: Value

  init(name: String, builtin: Builtin, subject: Value) {
    self.name = name
    self.builtin = builtin
    self.subject = subject
  }

  /// How Jinja calls it in messages about what it lacks.
  var objectName: String {
    switch (name, subject) {
    case ("dict", .none): "transformers.utils.chat_template_utils.TemplateDict object"
    case ("namespace", .none), ("cycler", .none), ("joiner", .none): "type object"
    case (_, .none): "function object"
    default: "builtin_function_or_method object"
    }
  }
}
