/// A parsed template: statements that hold expressions.
///
/// Chains of operators, of postfixes and of `elif` are kept flat rather than nested, so that a long
/// chain costs no stack; only brackets and blocks nest, and `Limits.nesting` bounds those.

struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case output([Expression])
    case loop(ForLoop)
    case branches([Branch], otherwise: [Statement])
    case assignment(Target, Expression)
    /// `{% set x | filter %}…{% endset %}`
    case capture(Target, filters: [Postfix], body: [Statement])
    case with([(target: Target, value: Expression)], body: [Statement])
    case macro(MacroDefinition)
    /// `{% call(…) callee(…) %}…{% endcall %}`: the body is handed over as the macro `caller`.
    case callBlock(MacroDefinition, callee: Expression, arguments: ArgumentList)
    case filterBlock([Postfix], body: [Statement])
    /// `{% generation %}`: marks what the model wrote; it prints as it stands, in its own scope.
    case generation([Statement])
    /// `{% block %}`: a body that sees the template's own variables only, unless it is scoped.
    case block([Statement], isScoped: Bool)
    /// `{% autoescape %}`, which transformers has off.
    case autoescape(Expression, body: [Statement])
    /// What takes another template: an error where it is reached.
    case otherTemplate
    case breakLoop, continueLoop
  }

  let kind: Kind
  let line: Int
}

struct Branch: Sendable {
  let condition: Expression
  let body: [Statement]
  let line: Int
}

struct ForLoop: Sendable {
  let target: Target
  let items: Expression
  let condition: Expression?
  let isRecursive: Bool
  let body: [Statement]
  let otherwise: [Statement]
}

struct MacroDefinition: Sendable {
  struct Parameter: Sendable {
    let name: String
    let fallback: Expression?
  }

  /// Nil for the body of a call block.
  let name: String?
  let parameters: [Parameter]
  let body: [Statement]
  /// Which of `caller`, `varargs` and `kwargs` the body names, and so takes.
  let uses: Set<String>
}

/// What can be assigned to.
indirect enum Target: Sendable {
  case name(String)
  /// An attribute of a namespace.
  case attribute(of: String, String)
  case tuple([Target])
}

indirect enum Expression: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case name(String)
  case list([Expression])
  case tuple([Expression])
  case dict([(key: Expression, value: Expression)])
  case not(Expression)
  case negative(Expression)
  case positive(Expression)
  /// Operators of one precedence, applied from the left.
  case arithmetic(Expression, [(operation: Arithmetic, operand: Expression)])
  /// `a ~ b ~ c`
  case concatenation([Expression])
  /// `a < b < c`, each operand evaluated once.
  case comparison(Expression, [(operation: Comparison, operand: Expression)])
  case and([Expression])
  case or([Expression])
  /// `value if condition else otherwise`
  case conditional(value: Expression, condition: Expression, otherwise: Expression?)
  case postfix(Expression, [Postfix])
}

/// What follows an expression and works on its value.
indirect enum Postfix: Sendable {
  case attribute(String)
  case item(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case call(ArgumentList)
  case filter(String, ArgumentList)
  case test(String, ArgumentList, negated: Bool)
}

struct ArgumentList: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  /// `*values`
  var spread: Expression?
  /// `**values`
  var spreadNamed: Expression?
}

enum Arithmetic: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum Comparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contained = "in"
  case notContained = "not in"
}
