/// Reads a regular expression into its syntax tree.
///
/// The dialect is that of the Oniguruma library's Ruby syntax, in which tokenizer files are
/// written: `^` and `$` are ends of lines, `{2,3}+` repeats a repetition, `{2}?` is an option.
import TareCore

struct PatternParser {
  private let source: String
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false
  private var depth = 0

  /// More than any pattern needs, little enough for every thread's stack.
  private static let deepest = 64

  init(_ source: String) {
    self.source = source
    scalars = Array(source.unicodeScalars)
  }

  mutating func parse() throws(TareError) -> PatternNode {
    let node = try alternatives()
    guard position == scalars.count else { throw error("')'", "its '(' before it") }
    return node
  }

  // MARK: - Text of the pattern

  private func error(_ found: String, _ accepted: String) -> TareError {
    .badData(
      place: "pattern '\(source)', character \(position + 1)", found: found, accepted: accepted)
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// The scalar at the position, quoted, for messages.
  private var here: String { next.map { "'\($0)'" } ?? "the end" }

  private mutating func take(_ text: String) -> Bool {
    guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  private mutating func scalar() throws(TareError) -> Unicode.Scalar {
    guard let scalar = next else { throw error("the end", "another character") }
    position += 1
    return scalar
  }

  private mutating func enter() throws(TareError) {
    depth += 1
    guard depth <= Self.deepest else {
      throw error("more deeply nested groups", "at most \(Self.deepest) levels of groups")
    }
  }

  // MARK: - Structure

  private mutating func alternatives() throws(TareError) -> PatternNode {
    try enter()
    defer { depth -= 1 }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(TareError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next, next != "|", next != ")" {
      guard let node = try element() else { continue }
      nodes.append(try quantified(node))
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  /// One element, or nil for what matches nothing by itself: a comment, a switch of options.
  private mutating func element() throws(TareError) -> PatternNode? {
    switch try scalar() {
    case "(": return try group()
    case "[": return .one(try bracket())
    case ".": return .one(.anyButLineFeed)
    case "^": return .assertion(.lineStart)
    case "$": return .assertion(.lineEnd)
    case "\\": return try escape()
    case let quantifier where ["*", "+", "?"].contains(quantifier):
      position -= 1
      throw error("'\(quantifier)' with nothing to repeat", "an element before it, or '\\'")
    case let literal: return .one(ScalarClass(literal, ignoresCase: ignoresCase))
    }
  }

  private mutating func group() throws(TareError) -> PatternNode? {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    if take("?#") {
      while try scalar() != ")" {}
      return nil
    }
    if take("?:") { return try body() }
    if take("?>") { return .atomic(try body()) }
    if take("?=") { return .lookahead(try body(), isNegated: false) }
    if take("?!") { return .lookahead(try body(), isNegated: true) }
    if take("?<=") { return try lookbehind(isNegated: false) }
    if take("?<!") { return try lookbehind(isNegated: true) }
    for (spelling, ignores) in [("?i", true), ("?-i", false)] where take(spelling) {
      ignoresCase = ignores
      if take(":") { return try body() }
      if take(")") {
        // The switch holds to the end of the group around it, alternatives included.
        return try alternatives()
      }
      throw error(here, "':' or ')' after an option")
    }
    if take("?") {
      throw error(
        "'(?\(next.map(String.init) ?? "")'", "(?:, (?i:, (?-i:, (?=, (?!, (?<=, (?<!, (?>, (?#")
    }
    return try body()
  }

  /// The rest of a lookbehind. Its alternatives may differ in length, each has one.
  private mutating func lookbehind(isNegated: Bool) throws(TareError) -> PatternNode {
    let start = position
    let node = try body()
    let branches = if case .alternatives(let nodes) = node { nodes } else { [node] }
    var behind: [PatternNode.Behind] = []
    for branch in branches {
      guard let width = branch.width else {
        position = start
        throw error("a lookbehind of variable length", "alternatives of fixed length")
      }
      behind.append(.init(node: branch, width: width))
    }
    return .lookbehind(behind, isNegated: isNegated)
  }

  /// What stands in a group, to its closing bracket.
  private mutating func body() throws(TareError) -> PatternNode {
    let node = try alternatives()
    guard take(")") else { throw error(here, "')'") }
    return node
  }

  // MARK: - Repetition

  /// Of one element, one after the other.
  private static let mostQuantifiers = 8

  private mutating func quantified(_ element: PatternNode) throws(TareError) -> PatternNode {
    var node = element
    var quantifiers = 0
    while let next {
      guard quantifiers < Self.mostQuantifiers || !"*+?{".unicodeScalars.contains(next) else {
        throw error("more quantifiers of one element", "at most \(Self.mostQuantifiers)")
      }
      quantifiers += 1
      switch next {
      case "*": node = try repeated(node, 0...PatternNode.unbounded)
      case "+": node = try repeated(node, 1...PatternNode.unbounded)
      case "?": node = try repeated(node, 0...1)
      case "{":
        guard let (count, isExact) = try interval() else { return node }
        let greed: PatternNode.Greed = !isExact && take("?") ? .lazy : .greedy
        node = .repeated(node, count, greed)
      default: return node
      }
    }
    return node
  }

  private mutating func repeated(
    _ node: PatternNode, _ count: ClosedRange<Int>
  ) throws(TareError) -> PatternNode {
    position += 1
    if take("?") { return .repeated(node, count, .lazy) }
    if take("+") { return .repeated(node, count, .possessive) }
    return .repeated(node, count, .greedy)
  }

  /// `{2}`, `{2,}`, `{,3}` or `{2,3}`; nil, and nothing taken, where the brace is a plain one.
  private mutating func interval() throws(TareError) -> (count: ClosedRange<Int>, isExact: Bool)? {
    let start = position
    position += 1
    let least = number()
    let hasComma = take(",")
    let most = hasComma ? number() : least
    guard take("}"), least != nil || most != nil else {
      position = start
      return nil
    }
    let lower = least ?? 0
    let upper = most ?? PatternNode.unbounded
    guard lower <= upper else { throw error("{\(lower),\(upper)}", "the smaller number first") }
    return (lower...upper, !hasComma)
  }

  private mutating func number() -> Int? {
    let digits = scalars[position...].prefix { ("0"..."9").contains($0) }
    guard let value = Int(String(String.UnicodeScalarView(digits))) else { return nil }
    position += digits.count
    return value
  }

  // MARK: - Escapes

  private mutating func escape() throws(TareError) -> PatternNode {
    switch next {
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "Z": return assertion(.lastLineEnd)
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    default: break
    }
    if let set = try classEscape() { return .one(set) }
    return .one(ScalarClass(try scalarEscape(), ignoresCase: ignoresCase))
  }

  private mutating func assertion(_ assertion: PatternNode.Assertion) -> PatternNode {
    position += 1
    return .assertion(assertion)
  }

  private static let classes: [Unicode.Scalar: ScalarClass] = [
    "s": .space, "S": .space.complement, "d": .digit, "D": .digit.complement,
    "w": .word, "W": .word.complement, "h": .hexDigit, "H": .hexDigit.complement,
  ]

  /// The class after a backslash, or nil if what follows is no class.
  private mutating func classEscape() throws(TareError) -> ScalarClass? {
    guard let letter = next else { throw error("the end", "a character after '\\'") }
    if let set = Self.classes[letter] {
      position += 1
      return set
    }
    guard letter == "p" || letter == "P" else { return nil }
    position += 1
    return try property(isNegated: letter == "P")
  }

  /// The rest of `\p{…}`; `\p{^…}` is the complement. Case counts, even where it is ignored, but not
  /// in brackets.
  private mutating func property(isNegated: Bool) throws(TareError) -> ScalarClass {
    guard take("{") else { throw error(here, "'{' after \\p") }
    let isInverse = take("^")
    let start = position
    while try scalar() != "}" {}
    let name = String(String.UnicodeScalarView(scalars[start..<position - 1]))
    guard let set = ScalarClass(property: name) else {
      position = start
      let known = CategorySet.names.map(\.short).joined(separator: ", ")
      throw error("the property '\(name)'", "a general category: \(known); or a common script")
    }
    return isNegated != isInverse ? set.complement : set
  }

  private mutating func scalarEscape() throws(TareError) -> Unicode.Scalar {
    let letter = try scalar()
    switch letter {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "f": return "\u{C}"
    case "v": return "\u{B}"
    case "a": return "\u{7}"
    case "e": return "\u{1B}"
    case "u": return try hexadecimal(digits: 4...4)
    case "x":
      guard take("{") else { return try hexadecimal(digits: 1...2) }
      let value = try hexadecimal(digits: 1...8)
      guard take("}") else { throw error(here, "'}'") }
      return value
    default:
      guard !letter.properties.isAlphabetic, letter.properties.numericType == nil else {
        position -= 1
        throw error(
          "'\\\(letter)'", "\\s \\d \\w \\h \\p{…} \\t \\n \\r \\f \\v \\x \\u \\b \\A \\z \\Z")
      }
      return letter
    }
  }

  private mutating func hexadecimal(digits: ClosedRange<Int>) throws(TareError) -> Unicode.Scalar {
    let text = scalars[position...].prefix(digits.upperBound).prefix {
      $0.properties.isASCIIHexDigit
    }
    guard text.count >= digits.lowerBound,
      let value = UInt32(String(String.UnicodeScalarView(text)), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw error(here, "the hexadecimal number of a Unicode scalar") }
    position += text.count
    return scalar
  }

  // MARK: - Bracketed classes

  /// The rest of `[…]`: members, ranges, escapes, nested classes and `&&` between them.
  private mutating func bracket() throws(TareError) -> ScalarClass {
    try enter()
    defer { depth -= 1 }
    let isNegated = take("^")
    var parts: [ScalarClass] = []
    repeat { parts.append(try members(isFirst: parts.isEmpty)) } while take("&&")
    guard take("]") else { throw error(here, "']'") }
    let whole = parts.count == 1 ? parts[0] : ScalarClass.intersection(of: parts)
    return isNegated ? whole.complement : whole
  }

  /// The union of what stands up to `]` or `&&`. A `]` that stands first is itself a member.
  private mutating func members(isFirst: Bool) throws(TareError) -> ScalarClass {
    var ranges: [ClosedRange<UInt32>] = []
    var children: [ScalarClass] = []
    var mayClose = !isFirst
    while let next, !(next == "]" && mayClose), !scalars[position...].starts(with: ["&", "&"]) {
      mayClose = true
      if take("[:") {
        children.append(try posixClass())
      } else if take("[") {
        children.append(try bracket())
      } else if take("\\"), let set = try classEscape() {
        children.append(set)
      } else {
        ranges.append(try range(isEscaped: next == "\\"))
      }
    }
    return ScalarClass(ranges: ranges, children: children, ignoresCase: ignoresCase)
  }

  /// The rest of `[:alpha:]`.
  private mutating func posixClass() throws(TareError) -> ScalarClass {
    let isNegated = take("^")
    let start = position
    while let next, next.properties.isAlphabetic { position += 1 }
    let name = String(String.UnicodeScalarView(scalars[start..<position]))
    guard take(":]"), let set = ScalarClass(posix: name) else {
      position = start
      throw error("a POSIX class '\(name)'", ScalarClass.posixNames.joined(separator: ", "))
    }
    return isNegated ? set.complement : set
  }

  /// A scalar, or two with a hyphen between. The backslash of the first has been taken.
  private mutating func range(isEscaped: Bool) throws(TareError) -> ClosedRange<UInt32> {
    let lower = isEscaped ? try scalarEscape() : try scalar()
    let mark = position
    guard take("-"), let next, next != "]" else {
      position = mark
      return lower.value...lower.value
    }
    let upper = take("\\") ? try scalarEscape() : try scalar()
    guard lower <= upper else {
      throw error("a range from '\(lower)' to '\(upper)'", "its reverse")
    }
    return lower.value...upper.value
  }
}
