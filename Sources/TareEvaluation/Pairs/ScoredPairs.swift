/// Pairs by the rows of their responses: twelve bytes a pair where there are millions.
package import TareCore

/// A collection of `ScoredPair`, which are made as they are asked for.
package struct ScoredPairs: Sendable {
  package let responses: ScoredResponses
  /// [pair]
  let chosenRows: [Int32]
  let rejectedRows: [Int32]
  /// The responses' prompt, numbered by `responses.groups`, ascending, [pair].
  let groups: [Int32]
  /// Where each prompt stands among all when they are sorted by id, [group].
  let ranks: [Int32]
  /// [row]; nil where a response's length is not known.
  let lengths: [Double]?

  /// Every chosen with every rejected response of each prompt, or of each of its pairs where it has
  /// several; prompts in the order of their first rows.
  ///
  /// - Parameter length: the covariate that holds a response's length.
  /// - Throws: `TareError.badData` that names the row or prompt, for a score that is not finite, a
  ///   response that is neither chosen nor rejected, a prompt that lacks one of them, and a
  ///   response that stands twice.
  package init(_ responses: ScoredResponses, length: String) throws(TareError) {
    if let pairs = ScoredPairs(regular: responses, length: length) {
      self = pairs
      return
    }
    // One of these says what is wrong.
    try ScoredPrompt.check(responses)
    let members = responses.groups.members
    for group in 0..<responses.groups.count {
      try ScoredPrompt(members[group], of: responses).requirePairs()
    }
    throw .badData(
      place: "column of prompts",
      found: "more than \(Self.mostOfPrompt) pairs of a chosen and a rejected response to one "
        + "prompt, or \(Self.most) in all",
      accepted: "fewer responses to a prompt (is the column that groups them the right one?)")
  }

  /// Some gigabytes, and minutes for each pass.
  private static let most = 200_000_000
  private static let mostOfPrompt = 10_000_000

  /// - Returns: nil where the responses are no pairs.
  init?(regular responses: ScoredResponses, length: String) {
    guard responses.scores.allSatisfy(\.isFinite) else { return nil }
    let members = responses.groups.members
    var chosen: [Int32] = []
    var rejected: [Int32] = []
    var groups: [Int32] = []
    var sides: (chosen: [Int32], rejected: [Int32]) = ([], [])
    for group in 0..<responses.groups.count {
      let rows = members[group]
      guard Self.areDistinct(rows, responses.positions) else { return nil }
      if responses.isTie(rows) { continue }
      sides.chosen.removeAll(keepingCapacity: true)
      sides.rejected.removeAll(keepingCapacity: true)
      for row in rows {
        switch responses.side(Int(row)) {
        case .chosen: sides.chosen.append(row)
        case .rejected: sides.rejected.append(row)
        default: return nil
        }
      }
      guard !sides.chosen.isEmpty, !sides.rejected.isEmpty,
        Self.areMatched(sides, responses.pairs)
      else { return nil }
      let pairs = responses.pairs
      // Of few it is as quick to look at all.
      let ofPair = pairs.flatMap { pairs in
        sides.rejected.count > 8 ? Dictionary(grouping: sides.rejected) { pairs[Int($0)] } : nil
      }
      let start = chosen.count
      for better in sides.chosen {
        let candidates =
          ofPair.map { $0[pairs?[Int(better)] ?? 0] ?? [] } ?? sides.rejected
        let count = chosen.count + candidates.count
        guard count <= Self.most, count - start <= Self.mostOfPrompt else { return nil }
        for worse in candidates
        where pairs.map({ $0[Int(better)] == $0[Int(worse)] }) ?? true {
          chosen.append(better)
          rejected.append(worse)
          groups.append(Int32(group))
        }
      }
    }
    self.init(responses, chosen, rejected, groups, length: length)
  }

  private init(
    _ responses: ScoredResponses, _ chosen: [Int32], _ rejected: [Int32], _ groups: [Int32],
    length: String
  ) {
    self.responses = responses
    chosenRows = chosen
    rejectedRows = rejected
    self.groups = groups
    ranks = responses.groups.ranks
    lengths =
      responses.covariateNames.firstIndex(of: length).map { responses.covariates[$0] }
  }

  static func areDistinct(_ rows: ArraySlice<Int32>, _ positions: [Int]) -> Bool {
    if rows.count <= 16 {
      for first in rows.indices {
        for second in rows.indices[(first + 1)...]
        where positions[Int(rows[first])] == positions[Int(rows[second])] {
          return false
        }
      }
      return true
    }
    return Set(rows.map { positions[Int($0)] }).count == rows.count
  }

  /// Whether each of the prompt's pairs has chosen and rejected responses.
  private static func areMatched(
    _ sides: (chosen: [Int32], rejected: [Int32]), _ pairs: [Int32]?
  ) -> Bool {
    guard let pairs else { return true }
    return Set(sides.chosen.map { pairs[Int($0)] }) == Set(sides.rejected.map { pairs[Int($0)] })
  }
}

extension ScoredPairs: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { chosenRows.count }

  package subscript(pair: Int) -> ScoredPair {
    let (better, worse) = (Int(chosenRows[pair]), Int(rejectedRows[pair]))
    var made = ScoredPair(
      promptID: responses.prompts[better] ?? "", chosenIndex: responses.positions[better],
      rejectedIndex: responses.positions[worse], chosen: responses.scores[better],
      rejected: responses.scores[worse], subset: responses.subsets?[better],
      section: responses.sections?[better])
    if let lengths, !ScoredResponses.isMissing(lengths[better]),
      !ScoredResponses.isMissing(lengths[worse])
    {
      made.lengths = .init(chosen: lengths[better], rejected: lengths[worse])
    }
    return made
  }
}

extension ScoredPairs {
  /// What the chosen response scores above the rejected one.
  @inline(__always)
  func margin(_ pair: Int) -> Double {
    responses.scores[Int(chosenRows[pair])] - responses.scores[Int(rejectedRows[pair])]
  }

  package var margins: [Double] { chosenRows.indices.map(margin) }

  /// The margins by other scores of the same responses, [row]; nil where one is not finite.
  package func margins(by scores: [Double]) -> [Double]? {
    guard scores.allSatisfy(\.isFinite) else { return nil }
    return chosenRows.indices.map { scores[Int(chosenRows[$0])] - scores[Int(rejectedRows[$0])] }
  }

  /// By how much the chosen response is longer, [pair]; nil where a length is not known.
  var lengthDifferences: [Double]? {
    guard let lengths, hasLengths else { return nil }
    return chosenRows.indices.map { lengths[Int(chosenRows[$0])] - lengths[Int(rejectedRows[$0])] }
  }

  /// Which of each pair is longer, [pair]; nil where a length is not known.
  var lengthRelations: [LengthRelation]? {
    guard let lengths, hasLengths else { return nil }
    return chosenRows.indices.map {
      LengthRelation(
        .init(
          chosen: lengths[Int(chosenRows[$0])], rejected: lengths[Int(rejectedRows[$0])]))
    }
  }

  private var hasLengths: Bool {
    guard let lengths else { return false }
    // Every response is of some pair.
    return !lengths.contains(where: ScoredResponses.isMissing)
  }

  /// How many prompts the pairs are of.
  var promptCount: Int {
    groups.isEmpty ? 0 : zip(groups, groups.dropFirst()).count { $0 != $1 } + 1
  }
}

extension ScoredResponses {
  /// Whether these rows of a prompt are two responses of which neither was preferred: both have no role,
  /// and the label of a half.
  func isTie(_ rows: ArraySlice<Int32>) -> Bool {
    guard rows.count == 2, let labels else { return false }
    return rows.allSatisfy { roles[Int($0)] == .response && labels[Int($0)] == 0.5 }
  }

  /// A response's role, or what the labels 1 and 0 say where it has none; nil for other labels.
  @inline(__always)
  func side(_ row: Int) -> Role? {
    guard roles[row] == .response else { return roles[row] }
    guard let labels else { return nil }
    return labels[row] == 1 ? .chosen : labels[row] == 0 ? .rejected : nil
  }
}

extension PromptGroups {
  /// Where each group stands among all in the order of their ids, [group].
  var ranks: [Int32] {
    var ranks = (0..<count).map { Int32($0) }
    if zip(ids, ids.dropFirst()).allSatisfy({ $0 <= $1 }) { return ranks }
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    for (rank, group) in order.enumerated() { ranks[group] = Int32(rank) }
    return ranks
  }
}
