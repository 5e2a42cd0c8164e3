/// A column of values that have no declared type yet.
package import TareCore

extension Column {
  /// The narrowest type that holds all of the values; values that share none become their JSON text.
  package init(_ values: [JSONValue]) {
    let missing = values.map { $0 == .null }
    let holes = missing.contains(true) ? missing : nil
    let kinds = Set(values.compactMap(Kind.init))
    switch kinds {
    case []: self.init(.nothing(count: values.count))
    case [.bool]: self.init(.bools(values.map { $0.bool ?? false }), missing: holes)
    case [.integer]:
      self.init(.integers(values.map { Int64($0.int ?? 0) }), missing: holes)
    case [.number], [.number, .integer]:
      self.init(.numbers(values.map { $0.double ?? 0 }), missing: holes)
    case [.list]:
      var starts = [0]
      var elements: [JSONValue] = []
      for value in values {
        elements += value.array ?? []
        starts.append(elements.count)
      }
      self.init(.lists(starts: starts, elements: Column(elements)), missing: holes)
    case [.object] where values.contains { $0.object?.isEmpty == false }:
      self.init(.objects(Self.members(of: values), count: values.count), missing: holes)
    default:
      var texts = Texts()
      for value in values {
        let text = value == .null ? "" : value.string ?? value.text()
        texts.append(text.utf8)
      }
      self.init(.texts(texts), missing: holes)
    }
  }

  /// A column a member, in the order in which the members first appear.
  private static func members(of values: [JSONValue]) -> [Member] {
    var names: [String] = []
    var known: Set<String> = []
    for value in values {
      names += (value.object?.keys ?? []).filter { known.insert($0).inserted }
    }
    return names.map { name in
      Member(name: name, column: Column(values.map { $0[name] ?? .null }))
    }
  }

  private enum Kind: Hashable {
    case bool, integer, number, text, list, object

    /// nil for null.
    init?(_ value: JSONValue) {
      switch value {
      case .null: return nil
      case .bool: self = .bool
      case .int: self = .integer
      case .bigInt, .double: self = .number
      case .string: self = .text
      case .array: self = .list
      case .object: self = .object
      }
    }
  }
}
