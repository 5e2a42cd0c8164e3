/// Names of which many are the same, row by row; names of other bytes are other names.

package struct NameColumn: Sendable, Equatable {
  /// Each name once.
  package let names: [String]
  /// Which of the names a row has, -1 for none, [row].
  package let codes: [Int32]

  /// - Parameter names: different ones.
  package init(names: [String], codes: [Int32]) {
    self.names = names
    self.codes = codes
  }

  package init(_ rows: some Sequence<String?>) {
    var names: [String] = []
    var numbers: [ExactText: Int32] = [:]
    var last: (name: ExactText, code: Int32)?
    codes = rows.map { text in
      guard let text else { return -1 }
      let name = ExactText(text)
      // Rows of one name stand together as a rule.
      if let last, last.name == name { return last.code }
      let code = numbers[name] ?? Int32(names.count)
      if code == names.count {
        numbers[name] = code
        names.append(text)
      }
      last = (name, code)
      return code
    }
    self.names = names
  }

  package var count: Int { codes.count }
  package var isComplete: Bool { !codes.contains(-1) }

  package subscript(row: Int) -> String? {
    let code = codes[row]
    return code < 0 ? nil : names[Int(code)]
  }

  /// Whether any row has a name that is not empty.
  package var hasNames: Bool { codes.contains { $0 >= 0 && !names[Int($0)].isEmpty } }

  /// Some of the rows, in the order given.
  package func taking(_ rows: [Int32]) -> NameColumn {
    NameColumn(names: names, codes: rows.map { codes[Int($0)] })
  }

  /// The rows of each name; rows without one have the empty name.
  package var rowsByName: [String: [Int32]] {
    var rows: [String: [Int32]] = [:]
    for row in codes.indices { rows[self[row] ?? "", default: []].append(Int32(row)) }
    return rows
  }
}
