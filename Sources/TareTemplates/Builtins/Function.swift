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
}
