/// Which responses are better than others, as the columns of a table say it.
package import TareCore

/// One rule for every reader: the label that the user names; else `role`, where it tells better from
/// worse, and for rows of the role "response" the first of the columns of labels that says something.
/// Labels that are all 1 or 0 make chosen and rejected responses, others grade them.
package struct Judgement: Sendable {
  /// [row]
  package private(set) var roles: [Role]
  /// How good each response is; NaN where only its role tells, or nothing, [row].
  package private(set) var labels: [Double]
  /// The column of labels that was used.
  package let column: String?

  /// A column that may hold labels.
  package struct Candidate: Sendable {
    package let name: String
    package let column: LabelColumn
    /// NaN where a row has no label, [row].
    package let labels: [Double]

    package init(name: String, column: LabelColumn, labels: [Double]) {
      self.name = name
      self.column = column
      self.labels = labels
    }
  }

  /// - Parameters:
  ///   - roles: those of the column `role`, or of nothing but responses, [row].
  ///   - candidates: in the order in which they count, read where the role is "response".
  ///   - keepsRoles: whether labels are of another kind than better and worse (those of steps).
  ///   - error: for a problem in a column.
  /// - Throws: the error for the first bad row of the column that counts.
  package init(
    roles: [Role], _ candidates: [Candidate], keepsRoles: Bool = false,
    error: (String, LabelColumn.Problem) -> TareError
  ) throws(TareError) {
    self.roles = roles
    let used = candidates.first { !$0.column.isEmpty || $0.column.problem != nil }
    column = used?.name
    labels = used?.labels ?? Array(repeating: .nan, count: roles.count)
    guard let used else { return }
    if let problem = used.column.problem { throw error(used.name, problem) }
    guard !keepsRoles, labels.allSatisfy({ $0.isNaN || $0 == 0 || $0 == 1 }) else { return }
    for (row, label) in labels.enumerated() where !label.isNaN {
      self.roles[row] = label == 1 ? .chosen : .rejected
    }
  }

  /// How good each response is by label or role, [row]; nil where that is not known of all.
  package var goodness: [Double]? {
    var goodness: [Double] = []
    goodness.reserveCapacity(roles.count)
    for (role, label) in zip(roles, labels) {
      switch (role, label.isNaN) {
      case (_, false): goodness.append(label)
      case (.chosen, true): goodness.append(1)
      case (.rejected, true): goodness.append(0)
      case (.response, true): return nil
      }
    }
    return goodness
  }
}
