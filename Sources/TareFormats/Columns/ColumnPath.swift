/// A place in a row: a column, and steps into what it holds.
import TareCore

/// `a`, `a.b`, `a[0].b`, or `a[].b` for the member of each element. A column whose own name has dots or
/// brackets in it is found first.
package struct ColumnPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case member(String)
    case element(Int)
    /// Of every element.
    case each
  }

  /// As it was written.
  package let text: String
  /// Each step with where its text begins.
  private let steps: [(offset: String.Index, step: Step)]

  package init(_ text: String) {
    self.text = text
    var steps: [(offset: String.Index, step: Step)] = []
    var start = text.startIndex
    while start < text.endIndex {
      let rest = text[start...]
      if rest.first == "[", let end = rest.firstIndex(of: "]") {
        let inner = rest[rest.index(after: start)..<end]
        if inner.isEmpty || Int(inner) != nil {
          steps.append((start, Int(inner).map { .element($0) } ?? .each))
          start = text.index(after: end)
          continue
        }
      }
      let begin = rest.first == "." && !steps.isEmpty ? text.index(after: start) : start
      let from = begin < text.endIndex ? text.index(after: begin) : text.endIndex
      let end = text[from...].firstIndex { $0 == "." || $0 == "[" } ?? text.endIndex
      steps.append((start, .member(String(text[begin..<end]))))
      start = end
    }
    self.steps = steps
  }

  package static func == (left: ColumnPath, right: ColumnPath) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// The longest beginning that is a column, and the steps after it; nil where none is.
  func resolved(in columns: ColumnNames) -> (column: String, steps: [Step])? {
    for count in stride(from: steps.count, through: 1, by: -1) {
      let end = count < steps.count ? steps[count].offset : text.endIndex
      if let column = columns.column(String(text[..<end])) {
        return (column, steps[count...].map(\.step))
      }
    }
    return nil
  }
}

extension JSONValue {
  /// What stands at the end of the steps; nil where there is nothing. Texts that hold JSON, as in CSV
  /// cells, are parsed on the way.
  func following(_ steps: some Collection<ColumnPath.Step>) -> JSONValue? {
    guard let step = steps.first else { return self }
    let rest = steps.dropFirst()
    switch step {
    case .member(let name):
      return parsedIfText.object?[name].flatMap { $0.following(rest) }
    case .element(let index):
      guard let elements = parsedIfText.array else { return nil }
      let place = index < 0 ? elements.count + index : index
      return elements.indices.contains(place) ? elements[place].following(rest) : nil
    case .each:
      guard let elements = parsedIfText.array else { return nil }
      let found = elements.map { $0.following(rest) }
      return found.contains { $0 != nil } || found.isEmpty
        ? .array(found.map { $0 ?? .null }) : nil
    }
  }

  /// The value without what stands at the end of the steps; nil where nothing is left. What an element
  /// chosen by number holds stays.
  func without(_ steps: some Collection<ColumnPath.Step>) -> JSONValue? {
    guard let step = steps.first else { return nil }
    let rest = steps.dropFirst()
    switch (step, self) {
    case (.member(let name), .object(var object)):
      guard let value = object[name] else { return self }
      object[name] = value.without(rest)
      return object.isEmpty ? nil : .object(object)
    case (.each, .array(let elements)):
      let left = elements.map { $0.without(rest) }
      return left.allSatisfy { $0 == nil } ? nil : .array(left.map { $0 ?? .null })
    default: return self
    }
  }

  /// A list or object that a text holds.
  var parsedIfText: JSONValue {
    guard let text = string, let first = text.first(where: { !$0.isWhitespace }),
      first == "{" || first == "[", let value = try? JSONValue(parsing: text)
    else { return self }
    return value
  }
}
