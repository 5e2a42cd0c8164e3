/// The names that a body sees: its own, then those of the bodies around it.

final class Scope {
  private var variables: [String: Value]
  private let parent: Scope?
  /// Whether the renderer clears it at the end, because a macro refers to it.
  fileprivate(set) var isKept = false

  init(parent: Scope?, variables: [String: Value] = [:]) {
    self.parent = parent
    self.variables = variables
  }

  func set(_ name: String, _ value: Value) { variables[name] = value }

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

/// Objects that can refer to each other in circles or in long chains: scopes with macros, and
/// namespaces. They live until the rendering ends and are then emptied one by one, so that nothing
/// leaks and nothing is released in deep recursion.
struct Keeper {
  private var scopes: [Scope] = []
  private var namespaces: [Namespace] = []

  mutating func keep(_ namespace: Namespace) { namespaces.append(namespace) }

  /// Keeps the scope and all around it.
  mutating func keep(_ scope: Scope) {
    var next: Scope? = scope
    while let scope = next, !scope.isKept {
      scope.isKept = true
      scopes.append(scope)
      next = scope.outer
    }
  }

  mutating func release() {
    for scope in scopes { scope.clear() }
    for namespace in namespaces { namespace.attributes = [:] }
    scopes = []
    namespaces = []
  }
}

extension Scope {
  fileprivate var outer: Scope? { parent }
  fileprivate func clear() { variables = [:] }
}
