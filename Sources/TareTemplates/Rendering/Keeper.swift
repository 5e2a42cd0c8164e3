/// Ends the life of what a template built.

/// Objects that can refer to each other in circles or in long chains: scopes with macros, and
/// namespaces. They live until the rendering ends and are then emptied one by one, so that nothing
/// leaks and nothing is released in deep recursion.
struct Keeper {
  private var scopes: [Scope] = []
  private var namespaces: [Namespace] = []
  private var loops: [Loop] = []

  /// Keeps a loop that outlives its statement: it may be one of a long chain.
  mutating func keep(_ loop: Loop) { loops.append(loop) }

  mutating func keep(_ namespace: Namespace) { namespaces.append(namespace) }

  /// Keeps the scope and all around it.
  mutating func keep(_ scope: Scope) {
    var next: Scope? = scope
    while let scope = next, !scope.isKept {
      scope.isKept = true
      scopes.append(scope)
      next = scope.parent
    }
  }

  mutating func release() {
    for scope in scopes { scope.clear() }
    for namespace in namespaces { namespace.attributes = [:] }
    for loop in loops { loop.forget() }
    scopes = []
    namespaces = []
    loops = []
  }
}
