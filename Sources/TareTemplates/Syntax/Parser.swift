/// Statements: what stands between `{%` and `%}`, and the text and outputs around it.
import TareCore

struct Parser {
  private let tokens: [Token]
  private var position = 0
  private var nesting = 0
  /// Loops around the current statement that `break` and `continue` could leave.
  private var loops = 0
  /// For each macro around the current statement, which special variables it names.
  private var specialNames: [Set<String>] = []
  /// Filters and tests that do not exist, where Jinja refuses them before the template runs.
  var unknown: [(name: String, line: Int)] = []
  /// Whether an unknown filter is an error only when it is reached: directly inside an `if`.
  private var toleratesUnknown = false
  private var blockNames: Set<String> = []

  init(tokens: [Token]) { self.tokens = tokens }

  mutating func template() throws(TareError) -> [Statement] {
    let body = try statements(until: [])
    if let (name, line) = unknown.first {
      throw .badData(
        place: TareError.templatePlace(line: line), found: "an unknown filter or test '\(name)'",
        accepted: "Jinja's filters and tests")
    }
    return body
  }

  // MARK: Tokens

  /// The lexer ends every template with `.end`, which is never passed.
  var current: Token { tokens[position] }
  var next: Token { tokens[min(position + 1, tokens.count - 1)] }

  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  func isName(_ name: String) -> Bool { current.kind == .name(name) }
  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  /// Passes the token if it stands here.
  mutating func take(_ kind: Token.Kind) -> Bool {
    guard current.kind == kind else { return false }
    advance()
    return true
  }
  mutating func takeName(_ name: String) -> Bool { take(.name(name)) }
  mutating func takeSymbol(_ symbol: String) -> Bool { take(.symbol(symbol)) }

  mutating func expect(_ kind: Token.Kind) throws(TareError) {
    guard take(kind) else {
      throw unexpected(accepted: Token(kind: kind, line: 0).description)
    }
  }
  mutating func expectSymbol(_ symbol: String) throws(TareError) { try expect(.symbol(symbol)) }

  mutating func anyName() throws(TareError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected(accepted: "a name") }
    advance()
    return name
  }

  func error(_ found: String, accepted: String, line: Int? = nil) -> TareError {
    .badData(
      place: TareError.templatePlace(line: line ?? current.line), found: found, accepted: accepted)
  }

  func unexpected(accepted: String) -> TareError {
    error(current.description, accepted: accepted)
  }

  /// Bounds how deep blocks and brackets nest, in the source and so on the stack.
  mutating func nested<Result>(
    _ parse: (inout Parser) throws(TareError) -> Result
  ) throws(TareError) -> Result {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= Limits.nesting else {
      throw error("deeper nesting", accepted: "at most \(Limits.nesting) levels of nesting")
    }
    return try parse(&self)
  }

  mutating func use(name: String) {
    for index in specialNames.indices { specialNames[index].insert(name) }
  }

  mutating func checkKnown(_ name: String, _ isKnown: Bool, line: Int) {
    if !isKnown, !toleratesUnknown { unknown.append((name, line)) }
  }

  // MARK: Bodies

  /// Text, outputs and statements until a block of one of these names, which stands current then;
  /// without names, until the end.
  private mutating func statements(until ends: Set<String>) throws(TareError) -> [Statement] {
    var body: [Statement] = []
    while true {
      let line = current.line
      switch current.kind {
      case .text(let text):
        advance()
        body.append(Statement(kind: .text(text), line: line))
      case .outputBegin:
        advance()
        let value = try tuple()
        try expect(.outputEnd)
        body.append(Statement(kind: .output([value]), line: line))
      case .blockBegin:
        advance()
        if case .name(let name) = current.kind, ends.contains(name) { return body }
        let kind = try nested { parser throws(TareError) in try parser.statement(until: ends) }
        try expect(.blockEnd)
        body.append(Statement(kind: kind, line: line))
      default:
        guard ends.isEmpty else { throw unexpected(accepted: closers(ends)) }
        return body
      }
    }
  }

  private func closers(_ ends: Set<String>) -> String {
    ends.sorted().map { "'{% \($0) %}'" }.joined(separator: " or ")
  }

  /// The rest of a block's first tag, its body, and the name of the tag that ends the body.
  private mutating func body(until ends: Set<String>) throws(TareError) -> [Statement] {
    _ = takeSymbol(":")
    try expect(.blockEnd)
    return try statements(until: ends)
  }

  private mutating func body(until end: String) throws(TareError) -> [Statement] {
    let body = try body(until: [end])
    advance()
    return body
  }

  /// A body that is a function of its own: `break` does not leave it.
  private mutating func functionBody(until end: String) throws(TareError) -> [Statement] {
    let outer = loops
    loops = 0
    defer { loops = outer }
    return try body(until: end)
  }

  // MARK: Statements

  private mutating func statement(until ends: Set<String>) throws(TareError) -> Statement.Kind {
    let line = current.line
    guard case .name(let keyword) = current.kind else {
      throw unexpected(accepted: "the name of a statement")
    }
    advance()
    let outer = toleratesUnknown
    toleratesUnknown = keyword == "if" || (toleratesUnknown && ["set", "print"].contains(keyword))
    defer { toleratesUnknown = outer }
    switch keyword {
    case "for": return .loop(try forLoop())
    case "if": return try branches(line: line)
    case "set": return try set()
    case "with": return try with()
    case "macro": return .macro(try macro())
    case "call": return try callBlock(line: line)
    case "filter":
      let filters = try filterChain(first: true)
      return .filterBlock(filters, body: try body(until: "endfilter"))
    case "generation": return .generation(try functionBody(until: "endgeneration"))
    case "print": return .output(try printed())
    case "block": return try block()
    case "autoescape": return .autoescape(try expression(), body: try body(until: "endautoescape"))
    case "include", "import", "from", "extends": return try otherTemplate(keyword)
    case "break", "continue":
      guard loops > 0 else { throw error("'\(keyword)' outside of a loop", accepted: "a loop") }
      return keyword == "break" ? .breakLoop : .continueLoop
    default:
      let known = "a statement of chat templates"
      throw error(
        "an unknown tag '\(keyword)'",
        accepted: ends.isEmpty ? known : "\(closers(ends)) or \(known)",
        line: line)
    }
  }

  private mutating func forLoop() throws(TareError) -> ForLoop {
    let target = try target(until: "in")
    guard !target.names.contains("loop") else {
      throw error("an assignment to 'loop'", accepted: "another name")
    }
    try expect(.name("in"))
    let items = try tuple(conditional: false, until: "recursive")
    let condition = takeName("if") ? try expression() : nil
    let isRecursive = takeName("recursive")
    loops += 1
    defer { loops -= 1 }
    let body = try body(until: ["endfor", "else"])
    var otherwise: [Statement] = []
    if takeName("else") {
      loops -= 1
      defer { loops += 1 }
      otherwise = try self.body(until: "endfor")
    } else {
      advance()
    }
    return ForLoop(
      target: target, items: items, condition: condition, isRecursive: isRecursive, body: body,
      otherwise: otherwise)
  }

  private mutating func branches(line: Int) throws(TareError) -> Statement.Kind {
    var branches: [Branch] = []
    var line = line
    while true {
      let condition = try tuple(conditional: false)
      let body = try body(until: ["elif", "else", "endif"])
      branches.append(Branch(condition: condition, body: body, line: line))
      line = current.line
      if takeName("elif") { continue }
      if takeName("else") { return .branches(branches, otherwise: try self.body(until: "endif")) }
      advance()
      return .branches(branches, otherwise: [])
    }
  }

  private mutating func set() throws(TareError) -> Statement.Kind {
    let target = try target(attributes: true)
    if takeSymbol("=") { return .assignment(target, try tuple()) }
    let filters = try filterChain()
    return .capture(target, filters: filters, body: try body(until: "endset"))
  }

  private mutating func with() throws(TareError) -> Statement.Kind {
    var assignments: [(target: Target, value: Expression)] = []
    while current.kind != .blockEnd {
      if !assignments.isEmpty { try expectSymbol(",") }
      let target = try target()
      try expectSymbol("=")
      assignments.append((target, try expression()))
    }
    return .with(assignments, body: try body(until: "endwith"))
  }

  private mutating func block() throws(TareError) -> Statement.Kind {
    let line = current.line
    let name = try anyName()
    guard blockNames.insert(name).inserted else {
      throw error("a second block '\(name)'", accepted: "one", line: line)
    }
    let isScoped = takeName("scoped")
    let isRequired = takeName("required")
    let body = try functionBody(until: "endblock")
    _ = takeName(name)
    guard !isRequired else {
      throw error("a required block '\(name)'", accepted: "a block with a body", line: line)
    }
    return .block(body, isScoped: isScoped)
  }

  private mutating func otherTemplate(_ keyword: String) throws(TareError) -> Statement.Kind {
    _ = try expression()
    switch keyword {
    case "include":
      if takeName("ignore") { try expect(.name("missing")) }
      takeContext()
    case "import":
      try expect(.name("as"))
      _ = try anyName()
      takeContext()
    case "from":
      try expect(.name("import"))
      repeat {
        takeContext()
        guard current.kind != .blockEnd else { break }
        _ = try anyName()
        if takeName("as") { _ = try anyName() }
      } while takeSymbol(",")
      takeContext()
    default: break
    }
    return .otherTemplate
  }

  /// `with context` or `without context`.
  private mutating func takeContext() {
    if isName("with") || isName("without"), next.kind == .name("context") {
      advance()
      advance()
    }
  }

  private mutating func printed() throws(TareError) -> [Expression] {
    var values: [Expression] = []
    while current.kind != .blockEnd {
      if !values.isEmpty { try expectSymbol(",") }
      values.append(try expression())
    }
    return values
  }

  // MARK: Macros

  private mutating func macro() throws(TareError) -> MacroDefinition {
    let name = try anyName()
    return try definition(name: name, parameters: try parameters(), until: "endmacro")
  }

  private mutating func callBlock(line: Int) throws(TareError) -> Statement.Kind {
    let parameters = isSymbol("(") ? try parameters() : []
    guard case .postfix(let base, var steps) = try expression(),
      case .call(let arguments) = steps.popLast()
    else { throw error("no call", accepted: "a call of a macro", line: line) }
    let definition = try definition(name: nil, parameters: parameters, until: "endcall")
    let callee = steps.isEmpty ? base : .postfix(base, steps)
    return .callBlock(definition, callee: callee, arguments: arguments)
  }

  private mutating func definition(
    name: String?, parameters: [MacroDefinition.Parameter], until end: String
  ) throws(TareError) -> MacroDefinition {
    specialNames.append([])
    let body = try functionBody(until: end)
    let uses = specialNames.removeLast().intersection(["caller", "varargs", "kwargs"])
    if uses.contains("caller"),
      let parameter = parameters.first(where: { $0.name == "caller" }), parameter.fallback == nil
    {
      throw error(
        "a parameter 'caller' without a default", accepted: "a default, or no such parameter")
    }
    return MacroDefinition(name: name, parameters: parameters, body: body, uses: uses)
  }

  private mutating func parameters() throws(TareError) -> [MacroDefinition.Parameter] {
    var parameters: [MacroDefinition.Parameter] = []
    try expectSymbol("(")
    while !isSymbol(")") {
      if !parameters.isEmpty { try expectSymbol(",") }
      let name = try anyName()
      guard !parameters.contains(where: { $0.name == name }) else {
        throw error("the parameter '\(name)' twice", accepted: "each parameter once")
      }
      let fallback = takeSymbol("=") ? try expression() : nil
      if fallback == nil, parameters.last?.fallback != nil {
        throw error("'\(name)' without a default", accepted: "a default, as the one before has")
      }
      parameters.append(.init(name: name, fallback: fallback))
    }
    advance()
    return parameters
  }
}
