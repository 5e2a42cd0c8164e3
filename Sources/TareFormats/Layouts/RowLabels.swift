/// The labels that rows of input carry, read by the rule of score tables.
package import TareCore

package struct RowLabels: Sendable {
  private let names: [String]
  private let isNamed: Bool
  private var roles: [Role] = []
  /// The first row whose role says nothing.
  private var firstOpen: Int?
  /// Those that a row has, by name.
  private var columns: [String: (column: LabelColumn, labels: [Double])] = [:]

  /// - Parameter label: the column that the user names, "none" for no labels, nil for the usual ones.
  package init(_ label: String?) {
    switch label {
    case "none": (names, isNamed) = ([], false)
    case .some(let label): (names, isNamed) = ([label], true)
    case nil: (names, isNamed) = (TableLayout.labelNames, false)
    }
  }

  /// - Parameter position: of the response's row in the input.
  package mutating func append(_ role: Role, _ extras: JSONObject?, position: Int) {
    // A label that is named tells more than a role, as in a file.
    let role = isNamed ? Role.response : role
    for name in names where isNamed || extras != nil || columns[name] != nil {
      if columns[name] == nil, isNamed || !(extras?[name] ?? .null).labelText.isEmpty {
        var column = LabelColumn(isNamed: isNamed)
        if let firstOpen { _ = column.take(nil, text: "", row: firstOpen) }
        columns[name] = (column, Array(repeating: .nan, count: roles.count))
      }
      guard var (column, labels) = columns.removeValue(forKey: name) else { continue }
      let cell = extras?[name] ?? .null
      labels.append(
        role == .response
          ? column.take(Label(cell), text: cell.string ?? cell.labelText, row: position) : .nan)
      columns[name] = (column, labels)
    }
    if role == .response, firstOpen == nil { firstOpen = position }
    roles.append(role)
  }

  /// - Parameter place: of a row of the input, by its position.
  /// - Throws: `TareError.badData` that names the row of a label that is none.
  package func judgement(
    keepsRoles: Bool, place: (Int) -> String
  ) throws(TareError) -> Judgement {
    let candidates = names.compactMap { name in
      columns[name].map {
        Judgement.Candidate(name: name, column: $0.column, labels: $0.labels)
      }
    }
    return try Judgement(roles: roles, candidates, keepsRoles: keepsRoles) { name, problem in
      .badData(
        place: "\(place(problem.row)), column '\(name)'", found: problem.found,
        accepted: problem.accepted)
    }
  }
}
