/// Whether a template reads the content of messages as a string, or as a list of parts.

extension ChatTemplate {
  /// Whether a loop of the template goes over the parts of a message's content.
  ///
  /// As vLLM finds it out (`_detect_content_format` in vllm/renderers/hf.py), blind spots included: parts
  /// that a macro goes over it does not see, and where it gives up a string is what it hands over.
  package var readsParts: Bool {
    var loops: [ForLoop] = []
    var assignments: [(target: Target, value: Expression)] = []
    Self.collect(body, &loops, &assignments)
    guard let lists = Self.names(of: "messages", assignments) else { return false }
    var messages: [String] = []
    for loop in loops where lists.contains(where: { loop.items.isElements(of: $0) }) {
      guard case .name(let name) = loop.target else { return false }
      messages.append(name)
    }
    let parts = loops.first { loop in
      messages.contains { loop.items.isElements(of: $0, member: "content") }
    }
    guard let parts, case .name = parts.target else { return false }
    return true
  }

  /// The variable and those that it, or some of its elements, are assigned to; nil where one of them is
  /// no plain variable.
  private static func names(
    of variable: String, _ assignments: [(target: Target, value: Expression)]
  ) -> [String]? {
    var names = [variable]
    var next = 0
    while next < names.count {
      for (target, value) in assignments where value.isElements(of: names[next]) {
        guard case .name(let name) = target else { return nil }
        if !names.contains(name) { names.append(name) }
      }
      next += 1
    }
    return names
  }

  /// All loops and assignments, those inside of others too, in the order of the source.
  private static func collect(
    _ statements: [Statement], _ loops: inout [ForLoop],
    _ assignments: inout [(target: Target, value: Expression)]
  ) {
    for statement in statements {
      switch statement.kind {
      case .text, .output, .otherTemplate, .breakLoop, .continueLoop: break
      case .assignment(let target, let value): assignments.append((target, value))
      case .loop(let loop):
        loops.append(loop)
        collect(loop.body + loop.otherwise, &loops, &assignments)
      case .branches(let branches, let otherwise):
        for branch in branches { collect(branch.body, &loops, &assignments) }
        collect(otherwise, &loops, &assignments)
      case .capture(_, _, let body), .with(_, let body), .filterBlock(_, let body),
        .generation(let body), .block(let body, _), .autoescape(_, let body):
        collect(body, &loops, &assignments)
      case .macro(let macro), .callBlock(let macro, _, _):
        collect(macro.body, &loops, &assignments)
      }
    }
  }
}

extension Expression {
  /// Whether it is a variable, or a member of it, filtered, tested or cut to a range at most.
  fileprivate func isElements(of variable: String, member: String? = nil) -> Bool {
    var base = self
    var postfixes: [Postfix] = []
    if case .postfix(let inner, let own) = self { (base, postfixes) = (inner, own) }
    guard case .name(variable) = base else { return false }
    if let member {
      switch postfixes.first {
      case .attribute(member)?, .item(.string(member))?: postfixes.removeFirst()
      default: return false
      }
    }
    return postfixes.allSatisfy { postfix in
      switch postfix {
      case .filter, .slice, .test(_, _, negated: false): true
      case .attribute, .item, .call, .test: false
      }
    }
  }
}
