/// Scored responses by columns: a few bytes a row where there are millions.

/// A collection of `ScoredResponse`, which are made as they are asked for. What is computed of all rows
/// takes the columns.
package struct ScoredResponses: Sendable {
  /// [row]
  package private(set) var scores: [Double]
  /// Position among the prompt's responses, [row].
  package private(set) var positions: [Int]
  /// Whether positions are no more than the order of the rows.
  package private(set) var arePlacedByRow = false
  /// [row]
  package let roles: [Role]
  /// `missing` where a row has none, [row]; nil where no row has one.
  package let labels: [Double]?
  package let covariateNames: [String]
  /// `missing` where a row does not have it, [covariate][row].
  package let covariates: [[Double]]
  package let prompts: NameColumn
  package let subsets: NameColumn?
  package private(set) var sections: NameColumn?
  /// The scores of its steps, [row]; nil where no row has any.
  package let steps: [[Double]]?
  /// Which of the prompt's pairs, -1 for the first, [row]; nil where all are of the first.
  package let pairs: [Int32]?
  /// By prompt within subset and section.
  package private(set) var groups: PromptGroups

  /// Stands for a number that is not there: a NaN of its own, told from others by its bits.
  package static let missing = Double(bitPattern: 0x7FF8_0000_5CA1_AB1E)

  @inline(__always)
  package static func isMissing(_ number: Double) -> Bool {
    number.bitPattern == missing.bitPattern
  }

  package init(
    scores: [Double], positions: [Int], roles: [Role], labels: [Double]?,
    covariateNames: [String], covariates: [[Double]], prompts: NameColumn, subsets: NameColumn?,
    sections: NameColumn?, steps: [[Double]]? = nil, pairs: [Int32]? = nil
  ) {
    self.scores = scores
    self.positions = positions
    self.roles = roles
    self.labels = labels
    self.covariateNames = covariateNames
    self.covariates = covariates
    self.prompts = prompts
    self.subsets = subsets
    self.sections = sections
    self.steps = steps
    self.pairs = pairs
    groups = PromptGroups(prompts: prompts, subsets: subsets, sections: sections)
  }

  package init(_ rows: [ScoredResponse]) {
    var names: [String] = []
    // All responses of a table have the same covariates as a rule.
    for row in rows where row.covariates.names != names {
      names += row.covariates.names.filter { !names.contains($0) }
    }
    self.init(
      scores: rows.map(\.score), positions: rows.map(\.index), roles: rows.map(\.role),
      labels: rows.contains { $0.label != nil } ? rows.map { $0.label ?? Self.missing } : nil,
      covariateNames: names,
      covariates: names.map { name in rows.map { $0.covariates[name] ?? Self.missing } },
      prompts: NameColumn(rows.lazy.map(\.promptID)),
      subsets: rows.contains { $0.subset != nil } ? NameColumn(rows.lazy.map(\.subset)) : nil,
      sections: rows.contains { $0.section != nil } ? NameColumn(rows.lazy.map(\.section)) : nil,
      steps: rows.contains { !$0.steps.isEmpty } ? rows.map(\.steps) : nil,
      pairs: rows.contains { $0.pair != nil }
        ? rows.map { $0.pair.map { Int32(clamping: $0) } ?? -1 } : nil)
  }

  /// The column of a covariate, [row]; nil where a row, or every row, lacks it.
  package func covariate(_ name: String) -> [Double]? {
    guard let place = covariateNames.firstIndex(of: name),
      !covariates[place].contains(where: Self.isMissing)
    else { return nil }
    return covariates[place]
  }

  /// The same responses with other scores, [row].
  package func scored(_ scores: [Double]) -> ScoredResponses {
    precondition(scores.count == count, "a score a response")
    var responses = self
    responses.scores = scores
    return responses
  }

  /// The same responses at other positions among their prompts' responses, [row].
  package func placed(_ positions: [Int]) -> ScoredResponses {
    precondition(positions.count == count, "a position a response")
    var responses = self
    responses.positions = positions
    return responses
  }

  /// The same responses, whose positions are no more than the order of the rows.
  package var placedByRow: ScoredResponses {
    var responses = self
    responses.arePlacedByRow = true
    return responses
  }

  /// The same responses, all of one section.
  package func inSection(_ name: String) -> ScoredResponses {
    var responses = self
    let sections = NameColumn(names: [name], codes: [Int32](repeating: 0, count: count))
    responses.sections = sections
    responses.groups = PromptGroups(prompts: prompts, subsets: subsets, sections: sections)
    return responses
  }

  /// Whether what should be labels says nothing of responses: grades, not 1 and 0, that are the same for
  /// all responses to each prompt, though some have several, as reference answers are.
  package var haveReferenceAnswers: Bool {
    guard let labels, steps == nil, groups.count < count,
      labels.contains(where: { !Self.isMissing($0) && $0 != 0 && $0 != 1 })
    else { return false }
    var first = [Double?](repeating: nil, count: groups.count)
    for (row, group) in groups.groupOfRow.enumerated() {
      guard roles[row] == .response, !Self.isMissing(labels[row]) else { return false }
      if let label = first[Int(group)], label != labels[row] { return false }
      first[Int(group)] = labels[row]
    }
    return true
  }

  /// Whether nothing but scores tells these responses from others, row by row.
  package func areSame(as other: ScoredResponses) -> Bool {
    positions == other.positions && roles == other.roles && prompts == other.prompts
      && subsets == other.subsets && sections == other.sections && pairs == other.pairs
      && Self.areSame(labels, other.labels)
  }

  private static func areSame(_ a: [Double]?, _ b: [Double]?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
  }

  package static func + (first: ScoredResponses, second: ScoredResponses) -> ScoredResponses {
    if first.isEmpty { return second }
    return second.isEmpty ? first : ScoredResponses(Array(first) + Array(second))
  }
}

extension ScoredResponses: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { scores.count }

  package subscript(row: Int) -> ScoredResponse {
    var response = ScoredResponse(
      promptID: prompts[row] ?? "", index: positions[row], role: roles[row], score: scores[row],
      covariates: covariateValues(row), subset: subsets?[row], section: sections?[row])
    if let label = labels?[row], !Self.isMissing(label) { response.label = label }
    if let steps { response.steps = steps[row] }
    if let pair = pairs?[row], pair >= 0 { response.pair = Int(pair) }
    return response
  }

  private func covariateValues(_ row: Int) -> CovariateValues {
    if covariateNames.isEmpty { return CovariateValues() }
    if covariateNames.count == 2 {
      let (first, second) = (covariates[0][row], covariates[1][row])
      if !Self.isMissing(first), !Self.isMissing(second) {
        return CovariateValues(covariateNames, first, second)
      }
    }
    if covariateNames.count == 1 {
      let value = covariates[0][row]
      return Self.isMissing(value) ? CovariateValues() : CovariateValues(covariateNames, value)
    }
    var values = CovariateValues()
    for (place, name) in covariateNames.enumerated() where !Self.isMissing(covariates[place][row]) {
      values[name] = covariates[place][row]
    }
    return values
  }
}

extension ScoredResponses: Equatable {
  package static func == (first: ScoredResponses, second: ScoredResponses) -> Bool {
    first.elementsEqual(second)
  }
}

extension ScoredResponses {
  /// How good a response is: its label, or 1 for chosen and 0 for rejected; `missing` where nothing
  /// tells.
  @inline(__always)
  package func goodness(_ row: Int) -> Double {
    if let labels, !Self.isMissing(labels[row]) { return labels[row] }
    switch roles[row] {
    case .chosen: return 1
    case .rejected: return 0
    case .response: return Self.missing
    }
  }
}

extension PromptGroups {
  /// By prompt within subset and section, groups in the order of their first rows.
  ///
  /// - Parameter prompts: every row has one.
  package init(prompts: NameColumn, subsets: NameColumn?, sections: NameColumn?) {
    struct Key: Hashable {
      let prompt, subset, section: Int32
    }
    var keys: [Key] = []
    // The first group of each prompt; further ones, of other subsets, are looked up.
    var first = [Int32](repeating: -1, count: prompts.names.count)
    var others: [Key: Int32] = [:]
    let groupOfRow = prompts.codes.indices.map { row -> Int32 in
      let key = Key(
        prompt: prompts.codes[row], subset: subsets?.codes[row] ?? -1,
        section: sections?.codes[row] ?? -1)
      let group = first[Int(key.prompt)]
      if group >= 0, keys[Int(group)] == key { return group }
      if group >= 0, let other = others[key] { return other }
      let new = Int32(keys.count)
      if group < 0 { first[Int(key.prompt)] = new } else { others[key] = new }
      keys.append(key)
      return new
    }
    self.init(groupOfRow: groupOfRow, ids: keys.map { prompts.names[Int($0.prompt)] })
  }
}
