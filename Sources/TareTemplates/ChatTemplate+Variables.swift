/// Which of the variables that it is given a template reads.

extension ChatTemplate {
  /// Whether the template reads a variable that it does not set itself, as Jinja2's
  /// `find_undeclared_variables` finds.
  package func reads(_ variable: String) -> Bool {
    var search = VariableSearch(variable)
    search.visit(body)
    return search.isFound
  }
}

/// Goes through a template until a variable is read where nothing has set it.
private struct VariableSearch {
  private let name: String
  private(set) var isFound = false
  /// Whether the template has set it in the scope that is gone through.
  private var isSet = false

  init(_ name: String) { self.name = name }

  mutating func visit(_ body: [Statement]) {
    for statement in body where !isFound { visit(statement.kind) }
  }

  /// A body with names of its own.
  private mutating func scoped(_ targets: [Target] = [], _ work: (inout VariableSearch) -> Void) {
    let before = isSet
    assign(targets)
    work(&self)
    isSet = before
  }

  private mutating func assign(_ targets: [Target]) {
    for target in targets { assign(target) }
  }

  private mutating func visit(_ expressions: [Expression]) {
    for expression in expressions { visit(expression) }
  }

  private mutating func visit(_ postfixes: [Postfix]) {
    for postfix in postfixes { visit(postfix) }
  }

  private mutating func assign(_ target: Target) {
    switch target {
    case .name(let name): if name == self.name { isSet = true }
    case .attribute(let owner, _): visit(.name(owner))
    case .tuple(let targets): assign(targets)
    }
  }

  private mutating func visit(_ kind: Statement.Kind) {
    switch kind {
    case .text, .otherTemplate, .breakLoop, .continueLoop: break
    case .output(let expressions): visit(expressions)
    case .loop(let loop): visit(loop)
    case .branches(let branches, let otherwise):
      for branch in branches {
        visit(branch.condition)
        visit(branch.body)
      }
      visit(otherwise)
    case .assignment(let target, let value):
      visit(value)
      assign(target)
    case .capture(let target, let filters, let body):
      visit(filters)
      scoped { $0.visit(body) }
      assign(target)
    case .with(let pairs, let body):
      visit(pairs.map(\.value))
      scoped(pairs.map(\.target)) { $0.visit(body) }
    case .macro(let macro):
      visit(macro)
      if let own = macro.name { assign(.name(own)) }
    case .callBlock(let macro, let callee, let arguments):
      visit(callee)
      visit(arguments)
      visit(macro)
    case .filterBlock(let filters, let body):
      visit(filters)
      scoped { $0.visit(body) }
    case .generation(let body), .block(let body, _): scoped { $0.visit(body) }
    case .autoescape(let value, let body):
      visit(value)
      scoped { $0.visit(body) }
    }
  }

  private mutating func visit(_ loop: ForLoop) {
    visit(loop.items)
    scoped([loop.target]) { search in
      if let condition = loop.condition { search.visit(condition) }
      search.visit(loop.body)
    }
    scoped { $0.visit(loop.otherwise) }
  }

  private mutating func visit(_ macro: MacroDefinition) {
    visit(macro.parameters.compactMap(\.fallback))
    scoped(macro.parameters.map { .name($0.name) }) { $0.visit(macro.body) }
  }

  private mutating func visit(_ expression: Expression) {
    switch expression {
    case .none, .bool, .integer, .float, .string: break
    case .name(let name): if name == self.name, !isSet { isFound = true }
    case .list(let items), .tuple(let items), .concatenation(let items), .and(let items),
      .or(let items):
      visit(items)
    case .dict(let entries):
      for entry in entries {
        visit(entry.key)
        visit(entry.value)
      }
    case .not(let value), .negative(let value), .positive(let value): visit(value)
    case .arithmetic(let first, let rest):
      visit(first)
      visit(rest.map(\.operand))
    case .comparison(let first, let rest):
      visit(first)
      visit(rest.map(\.operand))
    case .conditional(let value, let condition, let otherwise):
      visit(condition)
      visit(value)
      if let otherwise { visit(otherwise) }
    case .postfix(let value, let rest):
      visit(value)
      visit(rest)
    }
  }

  private mutating func visit(_ postfix: Postfix) {
    switch postfix {
    case .attribute: break
    case .item(let value): visit(value)
    case .slice(let start, let stop, let step):
      visit([start, stop, step].compactMap(\.self))
    case .call(let arguments), .filter(_, let arguments), .test(_, let arguments, _):
      visit(arguments)
    }
  }

  private mutating func visit(_ arguments: ArgumentList) {
    visit(arguments.positional)
    visit(arguments.named.map(\.value))
    visit([arguments.spread, arguments.spreadNamed].compactMap(\.self))
  }
}
