/// Header fields in the order in which they were sent; names are the same in upper and lower case.

package struct HTTPHeaders: Sendable {
  package private(set) var fields: [(name: String, value: String)] = []

  package init() {}

  package mutating func add(_ name: String, _ value: String) {
    fields.append((name, value))
  }

  package mutating func add(contentsOf other: HTTPHeaders) { fields += other.fields }

  package subscript(name: String) -> [String] {
    let name = name.lowercased()
    return fields.filter { $0.name.lowercased() == name }.map(\.value)
  }

  package func first(_ name: String) -> String? {
    let name = name.lowercased()
    return fields.first { $0.name.lowercased() == name }?.value
  }

  /// A line that goes on with the field before it, as HTTP/1.1 once allowed.
  mutating func extendLast(_ text: String) {
    guard let last = fields.indices.last else { return }
    fields[last].value += " " + text
  }
}
