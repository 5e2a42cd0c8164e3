/// The names that a body sees: its own, then those of the bodies around it.

final class Scope {
  private var variables: [String: Value]
  let parent: Scope?
  /// Whether the renderer clears it at the end, because a macro refers to it.
  var isKept = false

  init(parent: Scope?, variables: [String: Value] = [:]) {
    self.parent = parent
    self.variables = variables
  }

  func set(_ name: String, _ value: Value) { variables[name] = value }

  func clear() { variables = [:] }

  /// The template's own variables: the scope below the globals.
  var root: Scope {
    var scope = self
    while let parent = scope.parent, parent.parent != nil { scope = parent }
    return scope
  }

  func owns(_ name: String) -> Bool { variables[name] != nil }

  func value(_ name: String) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      scope = current.parent
    }
    return nil
  }
}
