/// Runs a template's statements for one conversation.

final class Renderer {
  let budget = Budget()
  let date: CalendarDate
  var keeper = Keeper()
  /// Line of the statement that runs, or that failed.
  private(set) var line = 1
  private var output = ""
  private var depth = 0

  /// What making a scope costs.
  private static let scopeSteps = 8

  /// How a body ended.
  private enum Flow { case finished, breakLoop, continueLoop }

  init(date: CalendarDate) { self.date = date }

  func render(
    _ body: [Statement], variables: [String: Value]
  ) throws(Fault) -> String {
    let globals = Scope(parent: nil, variables: Globals.values)
    let root = Scope(parent: globals, variables: variables)
    _ = try run(body, in: root)
    return output
  }

  /// Lets go of what the template built. Nothing may be rendered afterwards.
  func close() { keeper.release() }

  /// Bounds how deep running nests, and with it the stack.
  func nested<Result>(_ work: () throws(Fault) -> Result) throws(Fault) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.depth else {
      throw .limit("a template that calls itself too deeply", Limits.depth)
    }
    return try work()
  }

  // MARK: Statements

  private func run(_ body: [Statement], in scope: Scope) throws(Fault) -> Flow {
    for statement in body {
      line = statement.line
      try budget.spend(1)
      let flow = try run(statement, in: scope)
      if flow != .finished { return flow }
    }
    return .finished
  }

  private func run(_ statement: Statement, in scope: Scope) throws(Fault) -> Flow {
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let values): for value in values { try write(try printed(value, in: scope)) }
    case .assignment(let target, let value):
      try assign(try evaluate(value, in: scope), to: target, in: scope)
    case .branches(let branches, let otherwise):
      return try run(branches, otherwise: otherwise, in: scope)
    case .loop(let loop): return try run(loop, in: scope)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .capture(let target, let filters, let body):
      let (flow, text) = try captured(body, in: Scope(parent: scope))
      guard flow == .finished else { return flow }
      try assign(try apply(filters, to: .string(text), in: scope), to: target, in: scope)
    case .filterBlock(let filters, let body):
      let (flow, body) = try captured(body, in: Scope(parent: scope))
      guard flow == .finished else { return flow }
      try write(try text(of: try apply(filters, to: .string(body), in: scope)))
    case .with(let assignments, let body):
      return try runWith(assignments, body, in: scope)
    case .generation(let body):
      return try nested { () throws(Fault) in try run(body, in: Scope(parent: scope)) }
    case .block(let body, let isScoped):
      let around = isScoped ? scope : scope.root
      return try nested { () throws(Fault) in try run(body, in: Scope(parent: around)) }
    case .autoescape(let isOn, let body):
      guard try !evaluate(isOn, in: scope).isTrue else {
        throw .value("autoescape, which Tare does not have")
      }
      return try nested { () throws(Fault) in try run(body, in: Scope(parent: scope)) }
    case .otherTemplate: throw .type("no loader for this environment specified")
    case .macro(let definition):
      if let name = definition.name { scope.set(name, macro(definition, in: scope)) }
    case .callBlock(let definition, let callee, let list):
      let callee = try evaluate(callee, in: scope)
      var arguments = try self.arguments(list, in: scope)
      arguments.named.append(("caller", macro(definition, in: scope)))
      let value = try call(callee, arguments)
      try write(try text(of: value))
    }
    return .finished
  }

  private func run(
    _ branches: [Branch], otherwise: [Statement], in scope: Scope
  ) throws(Fault) -> Flow {
    for branch in branches {
      line = branch.line
      if try evaluate(branch.condition, in: scope).isTrue {
        return try nested { () throws(Fault) in try run(branch.body, in: scope) }
      }
    }
    return try nested { () throws(Fault) in try run(otherwise, in: scope) }
  }

  /// The values are computed before the names exist.
  private func runWith(
    _ assignments: [(target: Target, value: Expression)], _ body: [Statement], in scope: Scope
  ) throws(Fault) -> Flow {
    let inner = Scope(parent: scope)
    let values = try assignments.map { assignment throws(Fault) in
      try evaluate(assignment.value, in: scope)
    }
    for (assignment, value) in zip(assignments, values) {
      try assign(value, to: assignment.target, in: inner)
    }
    return try nested { () throws(Fault) in try run(body, in: inner) }
  }

  // MARK: Output

  private func write(_ text: String) throws(Fault) {
    try budget.spend(bytes: text.utf8.count)
    let total = output.utf8.count + text.utf8.count
    guard total <= Limits.textBytes else {
      throw .limit("a rendering of \(total) bytes", Limits.textBytes)
    }
    output += text
  }

  /// What a value prints, accounted for.
  func text(of value: Value) throws(Fault) -> String {
    switch value {
    case .string, .markup: try budget.spend(value.weight)
    // An element's text is made first, as a value of its own.
    default: try budget.spend(4 * value.weight)
    }
    switch value {
    case .iterator, .function, .namespace:
      // Python prints where it stands in memory.
      throw .type("a \(value.typeName) object printed as text")
    default: return value.text
    }
  }

  private func printed(_ value: Expression, in scope: Scope) throws(Fault) -> String {
    try text(of: try evaluate(value, in: scope))
  }

  /// Runs a body and takes what it writes.
  private func captured(
    _ body: [Statement], in scope: Scope
  ) throws(Fault) -> (Flow, text: String) {
    try captured { () throws(Fault) in try run(body, in: scope) }
  }

  private func captured(
    _ work: () throws(Fault) -> Flow
  ) throws(Fault) -> (Flow, text: String) {
    let outer = output
    output = ""
    let flow = try nested(work)
    let text = output
    output = outer
    return (flow, text)
  }

  // MARK: Assignments

  func assign(_ value: Value, to target: Target, in scope: Scope) throws(Fault) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(of: let owner, let name):
      guard case .namespace(let namespace)? = scope.value(owner) else {
        throw .type("cannot assign attribute on non-namespace object")
      }
      try Globals.requireStorable(name)
      namespace.attributes[name] = value
    case .tuple(let targets):
      try budget.spend(value.size)
      guard let values = value.elements else {
        throw .type("cannot unpack non-iterable \(value.typeName) object")
      }
      guard values.count >= targets.count else {
        throw .value(
          "not enough values to unpack (expected \(targets.count), got \(values.count))")
      }
      guard values.count == targets.count else {
        throw .value("too many values to unpack (expected \(targets.count))")
      }
      for (target, value) in zip(targets, values) { try assign(value, to: target, in: scope) }
    }
  }

  // MARK: Loops

  private func run(_ loop: ForLoop, in scope: Scope) throws(Fault) -> Flow {
    let items = try evaluate(loop.items, in: scope)
    guard loop.isRecursive else { return try run(loop, over: items, nesting: 0, in: scope) }
    try write(try recursed(loop, over: items, nesting: 0, in: scope))
    return .finished
  }

  /// What a recursive loop writes for these items.
  private func recursed(
    _ loop: ForLoop, over items: Value, nesting: Int, in scope: Scope
  ) throws(Fault) -> String {
    let outerLine = line
    let (_, text) = try captured { () throws(Fault) in
      try run(loop, over: items, nesting: nesting, in: scope)
    }
    line = outerLine
    return text
  }

  private func run(
    _ loop: ForLoop, over value: Value, nesting: Int, in scope: Scope
  ) throws(Fault) -> Flow {
    let startLine = line
    try budget.spend(Pace.goesThrough.steps(value))
    var state = Loop(
      over: try value.iterated(), depth: value.depth + 1, nesting: nesting,
      accepts: acceptance(loop, in: scope),
      recursion: loop.isRecursive
        ? { [unowned self] items, nesting throws(Fault) in
          try recursed(loop, over: items, nesting: nesting, in: scope)
        } : nil)
    defer { if !isKnownUniquelyReferenced(&state) { keeper.keep(state) } }
    // Jinja runs `else` also where every turn ended early, by `break` or `continue`.
    var hasFinishedTurn = false
    while let item = try state.advance() {
      try budget.spend(Self.scopeSteps)
      let inner = Scope(parent: scope, variables: ["loop": .loop(state)])
      try assign(item, to: loop.target, in: inner)
      let flow = try nested { () throws(Fault) in try run(loop.body, in: inner) }
      line = startLine
      if flow == .breakLoop { break }
      if flow == .finished { hasFinishedTurn = true }
    }
    if hasFinishedTurn || loop.otherwise.isEmpty { return .finished }
    return try nested { () throws(Fault) in try run(loop.otherwise, in: Scope(parent: scope)) }
  }

  private func acceptance(
    _ loop: ForLoop, in scope: Scope
  ) -> ((Value) throws(Fault) -> Bool)? {
    guard let condition = loop.condition else { return nil }
    return { [unowned self] item throws(Fault) in
      try budget.spend(Self.scopeSteps)
      let inner = Scope(parent: scope)
      try assign(item, to: loop.target, in: inner)
      return try evaluate(condition, in: inner).isTrue
    }
  }

  // MARK: Macros

  private func macro(_ definition: MacroDefinition, in scope: Scope) -> Value {
    keeper.keep(scope)
    return .macro(Macro(definition, in: scope))
  }

  /// What a macro writes when it is called.
  func call(_ macro: Macro, _ arguments: Arguments) throws(Fault) -> String {
    let callLine = line
    try budget.spend(Self.scopeSteps)
    let scope = Scope(parent: macro.scope, variables: try macro.bound(arguments))
    for parameter in macro.definition.parameters where !scope.owns(parameter.name) {
      let value = try parameter.fallback.map { fallback throws(Fault) in
        try evaluate(fallback, in: scope)
      }
      let name = parameter.name
      scope.set(
        name, value ?? .undefined("parameter \(name.pythonRepresentation) was not provided"))
    }
    let (_, text) = try captured(macro.definition.body, in: scope)
    line = callLine
    return text
  }
}
