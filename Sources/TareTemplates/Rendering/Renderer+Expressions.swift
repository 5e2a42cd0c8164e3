/// Computes expressions.

extension Renderer {
  func evaluate(_ expression: Expression, in scope: Scope) throws(Fault) -> Value {
    try budget.spend(1)
    return try nested { () throws(Fault) in try compute(expression, in: scope) }
  }

  private func compute(_ expression: Expression, in scope: Scope) throws(Fault) -> Value {
    switch expression {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .int(value)
    case .float(let value): return .float(value)
    case .string(let text): return .string(text)
    case .name(let name):
      return scope.value(name) ?? .undefined("\(name.pythonRepresentation) is undefined")
    case .list(let items): return try .list(try evaluate(items, in: scope))
    case .tuple(let items): return try .tuple(try evaluate(items, in: scope))
    case .dict(let pairs): return .dict(try Dict(try evaluate(pairs, in: scope)))
    case .not(let operand): return .bool(try !evaluate(operand, in: scope).isTrue)
    case .negative(let operand): return try evaluate(operand, in: scope).negated()
    case .positive(let operand): return try evaluate(operand, in: scope).asPositive()
    case .arithmetic(let first, let rest): return try arithmetic(first, rest, in: scope)
    case .concatenation(let operands): return try concatenation(operands, in: scope)
    case .comparison(let first, let rest): return try comparison(first, rest, in: scope)
    case .and(let operands): return try firstOperand(operands, thatIs: false, in: scope)
    case .or(let operands): return try firstOperand(operands, thatIs: true, in: scope)
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition, in: scope).isTrue { return try evaluate(value, in: scope) }
      guard let otherwise else {
        return .undefined(
          "the inline if-expression on line \(line) evaluated to false and no else section was "
            + "defined.")
      }
      return try evaluate(otherwise, in: scope)
    case .postfix(let base, let steps):
      return try apply(steps, to: try evaluate(base, in: scope), in: scope)
    }
  }

  private func evaluate(
    _ items: [Expression], in scope: Scope
  ) throws(Fault) -> [Value] {
    try items.map { item throws(Fault) in try evaluate(item, in: scope) }
  }

  private func evaluate(
    _ pairs: [(key: Expression, value: Expression)], in scope: Scope
  ) throws(Fault) -> [(key: Value, value: Value)] {
    try pairs.map { pair throws(Fault) in
      let key = try evaluate(pair.key, in: scope)
      try budget.spend(8 + key.weight)
      return (key: key, value: try evaluate(pair.value, in: scope))
    }
  }

  // MARK: Operators

  private func arithmetic(
    _ first: Expression, _ rest: [(operation: Arithmetic, operand: Expression)], in scope: Scope
  ) throws(Fault) -> Value {
    var value = try evaluate(first, in: scope)
    for (operation, operand) in rest {
      value = try value.applying(operation, try evaluate(operand, in: scope), budget: budget)
    }
    return value
  }

  private func concatenation(
    _ operands: [Expression], in scope: Scope
  ) throws(Fault) -> Value {
    let texts = try evaluate(operands, in: scope).map { value throws(Fault) in
      try text(of: value)
    }
    try budget.spend(bytes: texts.reduce(0) { $0 + $1.utf8.count })
    return .string(texts.joined())
  }

  /// The first operand with this truth, or the last, as `and` and `or` give it.
  private func firstOperand(
    _ operands: [Expression], thatIs truth: Bool, in scope: Scope
  ) throws(Fault) -> Value {
    var value = Value.none
    for operand in operands {
      value = try evaluate(operand, in: scope)
      if value.isTrue == truth { break }
    }
    return value
  }

  private func comparison(
    _ first: Expression, _ rest: [(operation: Comparison, operand: Expression)], in scope: Scope
  ) throws(Fault) -> Value {
    var left = try evaluate(first, in: scope)
    for (operation, operand) in rest {
      let right = try evaluate(operand, in: scope)
      guard try compare(left, operation, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  func compare(_ left: Value, _ operation: Comparison, _ right: Value) throws(Fault) -> Bool {
    switch (operation, right) {
    case (.contained, .dict), (.notContained, .dict): try budget.spend(left.weight)
    case (.contained, _), (.notContained, _): try budget.spend(left.weight + right.weight)
    default: try budget.spend(comparing: left, right)
    }
    return switch operation {
    case .equal: left == right
    case .notEqual: left != right
    case .less: try left.isLess(than: right)
    case .greater: try right.isLess(than: left, ">")
    case .lessOrEqual: try left.isLess(than: right, "<=") || left == right
    case .greaterOrEqual: try right.isLess(than: left, ">=") || left == right
    case .contained: try right.holds(left)
    case .notContained: try !right.holds(left)
    }
  }

  // MARK: Postfixes

  func apply(
    _ steps: [Postfix], to value: Value, in scope: Scope
  ) throws(Fault) -> Value {
    var value = value
    for step in steps { value = try apply(step, to: value, in: scope) }
    return value
  }

  private func apply(_ step: Postfix, to value: Value, in scope: Scope) throws(Fault) -> Value {
    try budget.spend(1)
    switch step {
    case .attribute(let name): return try value.attribute(name)
    case .item(let key):
      let key = try evaluate(key, in: scope)
      try budget.spend(key.weight)
      if case .string = value { try budget.spend(2 * value.size) }
      return try value.item(key)
    case .slice(let start, let stop, let step):
      func bound(_ bound: Expression?) throws(Fault) -> Value? {
        try bound.map { bound throws(Fault) in try evaluate(bound, in: scope) }
      }
      let bounds = (try bound(start), try bound(stop), try bound(step))
      // With steps of other than one, scalars are put together one by one.
      try budget.spend(Pace(text: step == nil ? 4 : 48, element: 2).steps(value))
      return try value.sliced(bounds.0, bounds.1, bounds.2)
    case .call(let list): return try call(value, try arguments(list, in: scope))
    case .filter(let name, let list):
      guard Filters.table[name] != nil else {
        throw .value("No filter named \(name.pythonRepresentation) found.")
      }
      return try filter(name, value, try arguments(list, in: scope))
    case .test(let name, let list, let negated):
      guard Tests.table[name] != nil else {
        throw .value("No test named \(name.pythonRepresentation) found.")
      }
      return .bool(try test(name, value, try arguments(list, in: scope)) != negated)
    }
  }

  func arguments(_ list: ArgumentList, in scope: Scope) throws(Fault) -> Arguments {
    var arguments = Arguments(
      positional: try evaluate(list.positional, in: scope),
      named: try list.named.map { argument throws(Fault) in
        (argument.name, try evaluate(argument.value, in: scope))
      })
    if let spread = list.spread {
      let values = try evaluate(spread, in: scope)
      try budget.spend(values.size)
      arguments.positional += try values.iterated()
    }
    if let spread = list.spreadNamed {
      guard case .dict(let dict) = try evaluate(spread, in: scope) else {
        throw .type("argument after ** must be a mapping")
      }
      try budget.spend(dict.shape.weight)
      for (key, value) in dict.entries {
        guard case .string(let name) = key else { throw .type("keywords must be strings") }
        guard !arguments.named.contains(where: { $0.name == name }) else {
          throw .type("got multiple values for keyword argument '\(name)'")
        }
        arguments.named.append((name, value))
      }
    }
    return arguments
  }

  // MARK: Calls

  func call(_ callee: Value, _ arguments: Arguments) throws(Fault) -> Value {
    switch callee {
    case .undefined(let message): throw .undefined(message)
    case .macro(let macro):
      return .string(try nested { () throws(Fault) in try call(macro, arguments) })
    case .function(let function):
      return try function.builtin.call(
        function.name, on: function.subject, arguments, renderer: self)
    case .loop(let loop):
      guard let recursion = loop.recursion else {
        throw .type("The loop must have the 'recursive' marker to be called recursively.")
      }
      guard let items = arguments.positional.first, arguments.positional.count == 1 else {
        throw .type("loop() takes the items to go through")
      }
      return .string(try nested { () throws(Fault) in try recursion(items, loop.nesting + 1) })
    default: throw .type("'\(callee.typeName)' object is not callable")
    }
  }

  func filter(_ name: String, _ value: Value, _ arguments: Arguments) throws(Fault) -> Value {
    guard let builtin = Filters.table[name] else {
      throw .value("No filter named \(name.pythonRepresentation).")
    }
    return try builtin.call(name, on: value, arguments, renderer: self)
  }

  func test(_ name: String, _ value: Value, _ arguments: Arguments) throws(Fault) -> Bool {
    guard let builtin = Tests.table[name] else {
      throw .value("No test named \(name.pythonRepresentation).")
    }
    return try builtin.call(name, on: value, arguments, renderer: self).isTrue
  }
}
