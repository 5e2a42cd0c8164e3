/// Whether a response is right: by its role, or by its label.
package import TareCore

extension ScoredResponse {
  /// How good it is: its label, or 1 for chosen and 0 for rejected; nil where nothing tells.
  package var grade: Double? {
    if let label { return label }
    switch role {
    case .chosen: return 1
    case .rejected: return 0
    case .response: return nil
    }
  }
}

extension ScoredResponse {
  /// Its role, or what the labels 1 and 0 say where it has none; nil for other labels.
  var side: Role? {
    guard role == .response else { return role }
    return label == 1 ? .chosen : label == 0 ? .rejected : nil
  }
}

/// What the labels of a set are.
///
/// Labels that are all 0, 1 or −1 say right or wrong, whatever the best of a prompt has. Other numbers
/// are grades, of which a prompt's highest is right. An answer labelled 0 is right in neither.
enum LabelScale: Sendable, Hashable {
  case rightOrWrong
  case grades

  init(_ responses: ScoredResponses) {
    let areVerdicts = responses.indices.allSatisfy { row in
      let grade = responses.goodness(row)
      return grade == 1 || grade == 0 || grade == -1 || ScoredResponses.isMissing(grade)
    }
    self = areVerdicts ? .rightOrWrong : .grades
  }

  /// Which answers to one prompt are right, [answer].
  ///
  /// - Parameter grades: of the answers, [answer].
  func right(_ grades: [Double]) -> [Bool] {
    switch self {
    case .rightOrWrong:
      return grades.map { $0 == 1 }
    case .grades:
      let highest = grades.max()
      return grades.map { $0 == highest && $0 != 0 }
    }
  }
}
