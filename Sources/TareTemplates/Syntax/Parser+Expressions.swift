/// Expressions, in the order of Jinja's grammar from the loosest to the tightest operator.
import TareCore

extension Parser {
  // MARK: Targets

  /// What is assigned to: a name, names with commas between them, or with `attributes` also an
  /// attribute of a namespace.
  /// - Parameter end: the name that stands after the target, as `in` does in a loop.
  mutating func target(attributes: Bool = false, until end: String? = nil) throws(TareError)
    -> Target
  {
    var targets: [Target] = []
    var isTuple = false
    while !endsTuple(end) {
      targets.append(try oneTarget(attributes: attributes))
      guard takeSymbol(",") else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw unexpected(accepted: "a name to assign to") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func oneTarget(attributes: Bool) throws(TareError) -> Target {
    if takeSymbol("(") {
      let inner = try nested { parser throws(TareError) in
        try parser.target(attributes: attributes)
      }
      try expectSymbol(")")
      return inner
    }
    if case .name(let name) = current.kind, Self.constants[name] != nil {
      throw error("an assignment to '\(name)'", accepted: "a name that is not a constant")
    }
    let name = try anyName()
    if attributes, takeSymbol(".") { return .attribute(of: name, try anyName()) }
    return .name(name)
  }

  private func endsTuple(_ name: String?) -> Bool {
    switch current.kind {
    case .outputEnd, .blockEnd, .symbol(")"): true
    case .name(name): true
    default: false
    }
  }

  // MARK: Operators

  /// An expression, or several with commas between them.
  mutating func tuple(
    conditional: Bool = true, until end: String? = nil, mayBeEmpty: Bool = false
  ) throws(TareError) -> Expression {
    var items: [Expression] = []
    var isTuple = false
    while !endsTuple(end) {
      items.append(conditional ? try expression() : try or())
      guard takeSymbol(",") else { break }
      isTuple = true
    }
    if let only = items.first, !isTuple { return only }
    guard isTuple || mayBeEmpty else { throw unexpected(accepted: "an expression") }
    return .tuple(items)
  }

  mutating func expression() throws(TareError) -> Expression {
    try nested { parser throws(TareError) in try parser.conditional() }
  }

  /// Of one value, each without `else`: `a if b if c`.
  private static let mostConditions = 8

  private mutating func conditional() throws(TareError) -> Expression {
    let known = unknown.count
    var value = try or()
    var conditions = 0
    while takeName("if") {
      conditions += 1
      guard conditions <= Self.mostConditions else {
        throw error(
          "deeper nesting", accepted: "at most \(Self.mostConditions) conditions of one value")
      }
      let condition = try or()
      let otherwise = takeName("else") ? try expression() : nil
      value = .conditional(value: value, condition: condition, otherwise: otherwise)
    }
    if conditions > 0 { unknown.removeSubrange(known...) }
    return value
  }

  private mutating func or() throws(TareError) -> Expression {
    var operands = [try and()]
    while takeName("or") { operands.append(try and()) }
    return operands.count == 1 ? operands[0] : .or(operands)
  }

  private mutating func and() throws(TareError) -> Expression {
    var operands = [try not()]
    while takeName("and") { operands.append(try not()) }
    return operands.count == 1 ? operands[0] : .and(operands)
  }

  private mutating func not() throws(TareError) -> Expression {
    guard takeName("not") else { return try comparison() }
    return .not(try nested { parser throws(TareError) in try parser.not() })
  }

  private mutating func comparison() throws(TareError) -> Expression {
    let first = try sum()
    var rest: [(operation: Comparison, operand: Expression)] = []
    while let operation = takeComparison() { rest.append((operation, try sum())) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func takeComparison() -> Comparison? {
    switch current.kind {
    case .symbol(let symbol):
      guard let operation = Comparison(rawValue: symbol) else { return nil }
      advance()
      return operation
    case .name("in"):
      advance()
      return .contained
    case .name("not") where next.kind == .name("in"):
      advance()
      advance()
      return .notContained
    default: return nil
    }
  }

  private mutating func sum() throws(TareError) -> Expression {
    try chain(of: [.add, .subtract]) { parser throws(TareError) in try parser.concatenation() }
  }

  private mutating func concatenation() throws(TareError) -> Expression {
    var operands = [try product()]
    while takeSymbol("~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : .concatenation(operands)
  }

  private mutating func product() throws(TareError) -> Expression {
    try chain(of: [.multiply, .divide, .floorDivide, .modulo]) { parser throws(TareError) in
      try parser.chain(of: [.power]) { parser throws(TareError) in try parser.unary() }
    }
  }

  private mutating func chain(
    of operations: [Arithmetic],
    _ operand: (inout Parser) throws(TareError) -> Expression
  ) throws(TareError) -> Expression {
    let first = try operand(&self)
    var rest: [(operation: Arithmetic, operand: Expression)] = []
    while case .symbol(let symbol) = current.kind, let operation = Arithmetic(rawValue: symbol),
      operations.contains(operation)
    {
      advance()
      rest.append((operation, try operand(&self)))
    }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  /// A sign binds more tightly than a filter: `-1|abs` is `(-1)|abs`.
  private mutating func unary(filters: Bool = true) throws(TareError) -> Expression {
    let value: Expression
    if takeSymbol("-") {
      value = .negative(try nested { parser throws(TareError) in try parser.unary(filters: false) })
    } else if takeSymbol("+") {
      value = .positive(try nested { parser throws(TareError) in try parser.unary(filters: false) })
    } else {
      value = try primary()
    }
    return try postfixed(value, filters: filters)
  }

  // MARK: Literals

  private static let constants: [String: Expression] = [
    "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false),
    "none": .none, "None": .none,
  ]

  private mutating func primary() throws(TareError) -> Expression {
    switch current.kind {
    case .name(let name):
      advance()
      if let constant = Self.constants[name] { return constant }
      use(name: name)
      return .name(name)
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return .string(text)
    case .integer(let value):
      advance()
      return .integer(value)
    case .float(let value):
      advance()
      return .float(value)
    case .symbol("("):
      advance()
      let value = try nested { parser throws(TareError) in try parser.tuple(mayBeEmpty: true) }
      try expectSymbol(")")
      return value
    case .symbol("["):
      advance()
      return .list(try items(until: "]") { parser throws(TareError) in try parser.expression() })
    case .symbol("{"):
      advance()
      return .dict(try items(until: "}") { parser throws(TareError) in try parser.pair() })
    default: throw unexpected(accepted: "an expression")
    }
  }

  private mutating func pair() throws(TareError) -> (key: Expression, value: Expression) {
    let key = try expression()
    try expectSymbol(":")
    return (key, try expression())
  }

  /// Items with commas between them, and perhaps one at the end, up to a closing bracket.
  private mutating func items<Item>(
    until close: String, _ item: (inout Parser) throws(TareError) -> Item
  ) throws(TareError) -> [Item] {
    var items: [Item] = []
    while !takeSymbol(close) {
      if !items.isEmpty {
        try expectSymbol(",")
        if takeSymbol(close) { break }
      }
      items.append(try item(&self))
    }
    return items
  }

  // MARK: Postfixes

  private mutating func postfixed(
    _ value: Expression, filters: Bool
  ) throws(TareError) -> Expression {
    var steps: [Postfix] = []
    var mayAccess = true
    while true {
      switch current.kind {
      case .symbol(".") where mayAccess: steps.append(try attribute())
      case .symbol("[") where mayAccess: steps.append(try subscripted())
      case .symbol("("): steps.append(.call(try arguments()))
      case .symbol("|") where filters:
        mayAccess = false
        steps += try filterChain()
      case .name("is") where filters:
        mayAccess = false
        steps.append(try test())
      default: return steps.isEmpty ? value : .postfix(value, steps)
      }
    }
  }

  private mutating func attribute() throws(TareError) -> Postfix {
    advance()
    if case .integer(let index) = current.kind {
      advance()
      return .item(.integer(index))
    }
    return .attribute(try anyName())
  }

  private mutating func subscripted() throws(TareError) -> Postfix {
    advance()
    let items = try items(until: "]") { parser throws(TareError) in try parser.subscriptItem() }
    guard let first = items.first else { throw unexpected(accepted: "a key, an index or a slice") }
    if items.count == 1 { return first }
    var keys: [Expression] = []
    for item in items {
      guard case .item(let key) = item else {
        throw error("a slice among several keys", accepted: "one slice")
      }
      keys.append(key)
    }
    return .item(.tuple(keys))
  }

  private mutating func subscriptItem() throws(TareError) -> Postfix {
    var start: Expression?
    if !isSymbol(":") {
      let key = try expression()
      guard isSymbol(":") else { return .item(key) }
      start = key
    }
    advance()
    let stop = try sliceBound()
    let step = takeSymbol(":") ? try sliceBound() : nil
    return .slice(start: start, stop: stop, step: step)
  }

  private mutating func sliceBound() throws(TareError) -> Expression? {
    isSymbol(":") || isSymbol("]") || isSymbol(",") ? nil : try expression()
  }

  private mutating func arguments() throws(TareError) -> ArgumentList {
    var list = ArgumentList()
    advance()
    _ = try items(until: ")") { parser throws(TareError) in try parser.argument(&list) }
    return list
  }

  private mutating func argument(_ list: inout ArgumentList) throws(TareError) {
    func require(_ isAllowed: Bool) throws(TareError) {
      guard isAllowed else { throw unexpected(accepted: "arguments in Python's order") }
    }
    if takeSymbol("*") {
      try require(list.spread == nil && list.spreadNamed == nil)
      list.spread = try expression()
    } else if takeSymbol("**") {
      try require(list.spreadNamed == nil)
      list.spreadNamed = try expression()
    } else if case .name(let name) = current.kind, next.kind == .symbol("=") {
      try require(list.spreadNamed == nil)
      guard !list.named.contains(where: { $0.name == name }) else {
        throw error("the argument '\(name)' twice", accepted: "each argument once")
      }
      advance()
      advance()
      list.named.append((name, try expression()))
    } else {
      try require(list.spread == nil && list.spreadNamed == nil && list.named.isEmpty)
      list.positional.append(try expression())
    }
  }

  // MARK: Filters and tests

  /// - Parameter first: the first filter stands without a bar, as in `{% filter upper %}`.
  mutating func filterChain(first: Bool = false) throws(TareError) -> [Postfix] {
    var filters: [Postfix] = []
    while first && filters.isEmpty || takeSymbol("|") {
      let line = current.line
      let name = try dottedName()
      checkKnown(name, Filters.table[name] != nil, line: line)
      filters.append(.filter(name, isSymbol("(") ? try arguments() : ArgumentList()))
    }
    return filters
  }

  private mutating func dottedName() throws(TareError) -> String {
    var name = try anyName()
    while takeSymbol(".") { name += ".\(try anyName())" }
    return name
  }

  private mutating func test() throws(TareError) -> Postfix {
    let line = current.line
    advance()
    let negated = takeName("not")
    let name = try dottedName()
    checkKnown(name, Tests.table[name] != nil, line: line)
    return .test(name, try testArguments(), negated: negated)
  }

  /// In brackets, or one argument without them: `is divisibleby 3`.
  private mutating func testArguments() throws(TareError) -> ArgumentList {
    switch current.kind {
    case .symbol("("): return try arguments()
    case .name("else"), .name("or"), .name("and"): return ArgumentList()
    case .name("is"): throw unexpected(accepted: "one test")
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      let value = try nested { parser throws(TareError) in
        try parser.postfixed(try parser.primary(), filters: false)
      }
      return ArgumentList(positional: [value])
    default: return ArgumentList()
    }
  }
}

extension Target {
  var names: [String] {
    switch self {
    case .name(let name), .attribute(of: let name, _): [name]
    case .tuple(let targets): targets.flatMap(\.names)
    }
  }
}
