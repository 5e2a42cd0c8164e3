/// How filters, tests, methods and global functions are declared and called. To add one, add an
/// entry to its table.

/// The arguments of a call, computed.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  /// Without the marks of marked strings.
  var plain: Arguments {
    guard positional.contains(where: \.isMarked) || named.contains(where: { $0.value.isMarked })
    else {
      return self
    }
    return Arguments(
      positional: positional.map(\.plain), named: named.map { ($0.name, $0.value.plain) })
  }

  /// Strings among them escaped, unless they are marked.
  func escaped(budget: Budget) throws(Fault) -> Arguments {
    Arguments(
      positional: try positional.map { value throws(Fault) in
        try value.escapedIfString(budget: budget)
      },
      named: try named.map { argument throws(Fault) in
        (argument.name, try argument.value.escapedIfString(budget: budget))
      })
  }
}

/// One filter, test, method or global function.
struct Builtin: Sendable {
  typealias Body = @Sendable (Call) throws(Fault) -> Value

  private let parameters: [String]
  private let required: Int
  private let takesAny: Bool
  private let body: Body
  private var markup = MarkupRule.drops
  private var takesNames = true
  private var pace = Pace()

  /// What becomes of the mark of a marked string before the bar or the dot.
  enum MarkupRule {
    /// It is taken for an ordinary string, and so is what comes of it.
    case drops
    /// What comes of it is marked, too.
    case keeps
    /// As in Python's `Markup`: strings among the arguments are escaped, and what comes of it is marked.
    case escapes
    /// The function sees marks itself.
    case sees
  }

  func handling(_ markup: MarkupRule) -> Builtin {
    var copy = self
    copy.markup = markup
    return copy
  }

  func at(_ pace: Pace) -> Builtin {
    var copy = self
    copy.pace = pace
    return copy
  }

  /// The same where arguments may not be given by name, as in most of Python's methods.
  var positional: Builtin {
    var copy = self
    copy.takesNames = false
    return copy
  }

  /// - Parameters:
  ///   - parameters: names in the order in which arguments without a name fill them.
  ///   - required: how many of them a call must give.
  init(_ parameters: String..., required: Int = 0, _ body: @escaping Body) {
    self.init(parameters: parameters, required: required, takesAny: false, body)
  }

  /// Takes any arguments, and reads them from `Call.arguments` itself.
  static func variadic(_ body: @escaping Body) -> Builtin {
    Builtin(parameters: [], required: 0, takesAny: true, body)
  }

  private init(
    parameters: [String], required: Int, takesAny: Bool, _ body: @escaping Body
  ) {
    self.parameters = parameters
    self.required = required
    self.takesAny = takesAny
    self.body = body
  }

  /// - Parameter subject: the value before the bar or the dot.
  func call(
    _ name: String, on subject: Value, _ arguments: Arguments, renderer: Renderer
  ) throws(Fault) -> Value {
    if !takesNames, let (argument, _) = arguments.named.first {
      throw .type("\(name)() takes no keyword argument '\(argument)'")
    }
    let isMarked = subject.isMarked
    var arguments = arguments
    if markup == .escapes, isMarked { arguments = try arguments.escaped(budget: renderer.budget) }
    var call = Call(
      subject: markup == .sees ? subject : subject.plain,
      arguments: markup == .sees ? arguments : arguments.plain, renderer: renderer)
    try call.budget.spend(pace.steps(subject))
    for value in arguments.positional { try call.budget.spend(pace.steps(value)) }
    for (_, value) in arguments.named { try call.budget.spend(pace.steps(value)) }
    if !takesAny { try bind(&call, name) }
    var result = try body(call)
    if isMarked, markup == .keeps || markup == .escapes { result = try result.marked }
    if case .string(let text) = result { try call.budget.spend(bytes: text.utf8.count) }
    return result
  }

  /// Gives the arguments their parameters' names.
  private func bind(_ call: inout Call, _ name: String) throws(Fault) {
    let arguments = call.arguments
    guard arguments.positional.count <= parameters.count else {
      throw .type(
        "\(name)() takes at most \(parameters.count) arguments (\(arguments.positional.count) given)"
      )
    }
    for (parameter, value) in zip(parameters, arguments.positional) {
      call.bound[parameter] = value
    }
    for (argument, value) in arguments.named {
      guard parameters.contains(argument) else {
        throw .type("\(name)() got an unexpected keyword argument '\(argument)'")
      }
      guard call.bound.updateValue(value, forKey: argument) == nil else {
        throw .type("\(name)() got multiple values for argument '\(argument)'")
      }
    }
    if let missing = parameters.prefix(required).first(where: { call.bound[$0] == nil }) {
      throw .type("\(name)() missing required argument '\(missing)'")
    }
  }
}

/// A call of a built-in, with the arguments by their parameters' names.
struct Call {
  let subject: Value
  let arguments: Arguments
  fileprivate(set) var bound: [String: Value] = [:]
  let renderer: Renderer

  fileprivate init(subject: Value, arguments: Arguments, renderer: Renderer) {
    self.subject = subject
    self.arguments = arguments
    self.renderer = renderer
  }

  var budget: Budget { renderer.budget }

  /// The argument as it was given, none included.
  func given(_ name: String) -> Value? { bound[name] }

  /// The argument; nil if it was not given, or is none.
  subscript(name: String) -> Value? {
    if case .some(.none) = bound[name] { nil } else { bound[name] }
  }

  /// The subject as text, whatever it is.
  func text() throws(Fault) -> String { try text(of: subject) }

  func text(of value: Value) throws(Fault) -> String {
    if case .string(let text) = value.plain { return text }
    return try renderer.text(of: value)
  }

  func flag(_ name: String) -> Bool { self[name]?.isTrue ?? false }

  /// The argument, which must be an integer; a huge one is cut to 48 bits.
  func int(_ name: String) throws(Fault) -> Int? {
    guard let value = self[name] else { return nil }
    if case .undefined(let message) = value { throw .undefined(message) }
    guard let index = value.index else {
      throw .type("'\(value.typeName)' object cannot be interpreted as an integer")
    }
    // Beyond any length, yet far from overflow.
    return min(max(index, -1 << 48), 1 << 48)
  }

  /// The argument, which must be a string.
  func string(_ name: String) throws(Fault) -> String? {
    guard let value = self[name] else { return nil }
    switch value {
    case .string(let text): return text
    case .undefined(let message): throw .undefined(message)
    default: throw .type("\(name) must be str, not \(value.typeName)")
    }
  }

  /// The argument, which must be a string and was required.
  func text(_ name: String) throws(Fault) -> String {
    guard let text = try string(name) else { throw .type("\(name) must be str, not NoneType") }
    return text
  }

  /// So many of `fill` in a row.
  func padding(_ count: Int, _ fill: String = " ") throws(Fault) -> String {
    // Putting them together takes as long as eight steps for each 16 bytes.
    for _ in 0..<8 { try budget.spend(bytes: fill.utf8.count, times: count) }
    return String(repeating: fill, count: max(count, 0))
  }
}
