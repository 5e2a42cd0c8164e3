/// What a benchmark is: rules by which scored responses become numbers.
package import TareCore

package protocol Benchmark: Registered {
  /// Whether rows look like its data; the first benchmark of the registry that says so is taken
  /// where the user names none.
  static func recognises(_ responses: ScoredResponses) -> Bool

  /// The sets it was published with; none for sets of any origin.
  static var published: [PublishedSet] { get }

  /// The part of the published set that a prompt belongs to, under the part's name there, or under its
  /// own name where it is none of them; nil where it does not count.
  static func publishedPart(section: String?, subset: String?) -> String?

  /// - Throws: `TareError.badData` that names row, prompt or subset.
  static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation

  /// Sets two score columns side by side on what both have; responses are matched by prompt and index,
  /// never by row.
  static func compare(
    _ a: ScoredResponses, _ b: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Comparison
}

extension Benchmark {
  package static var published: [PublishedSet] { [] }

  package static func publishedPart(section: String?, subset: String?) -> String? { subset ?? "" }

  /// How much of the published set the responses are; nil where there is none.
  static func coverage(of responses: ScoredResponses) -> Coverage? {
    guard !published.isEmpty else { return nil }
    var found: [String: Int] = [:]
    let members = responses.groups.members
    for group in 0..<responses.groups.count {
      let rows = members[group]
      let first = responses[Int(rows[rows.startIndex])]
      guard let part = publishedPart(section: first.section, subset: first.subset) else { continue }
      found[part, default: 0] += publishedCount(rows, of: responses)
    }
    return Coverage(published, found: found)
  }

  /// How many of what the published set counts the responses to one prompt are.
  private static func publishedCount(
    _ rows: ArraySlice<Int32>, of responses: ScoredResponses
  ) -> Int {
    guard published[0].unit == "pair", let pairs = responses.pairs else { return 1 }
    return Set(rows.map { pairs[Int($0)] }).count
  }

  package static func recognises(_ responses: [ScoredResponse]) -> Bool {
    recognises(ScoredResponses(responses))
  }

  package static func evaluate(
    _ responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    try evaluate(ScoredResponses(responses), options)
  }

  package static func compare(
    _ a: [ScoredResponse], _ b: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> Comparison {
    try compare(ScoredResponses(a), ScoredResponses(b), options)
  }
}

package struct EvaluationOptions: Sendable {
  package var bootstrap: Bootstrap
  /// The covariate that holds a response's length.
  package var length: String
  /// RewardBench's example counts.
  package var xstestWeights = XSTestWeights.now
  /// The score of a step from which on it counts as right, for process reward models.
  package var threshold = 0.5
  /// How hard each instruction is, by prompt, for AlpacaEval's length-controlled win rate.
  package var difficulty: [String: Double] = [:]
  /// Whether the fit of the difficulties ended.
  package var difficultyDidConverge = true

  package init(bootstrap: Bootstrap, length: String = "length") {
    self.bootstrap = bootstrap
    self.length = length
  }
}

/// A benchmark whose numbers are means over trials, and what weights make of such means.
package protocol TrialBenchmark: Benchmark {
  /// What a trial is, in a word.
  static var trial: String { get }
  /// What the numbers are, in a word.
  static var measure: String { get }

  static func sheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet

  static func scheme(for sheet: TrialSheet, _ options: EvaluationOptions) -> Scheme
}

extension TrialBenchmark {
  package static func sheet(
    of responses: [ScoredResponse], _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    try sheet(of: ScoredResponses(responses), options)
  }

  package static var trial: String { "pair" }
  package static var measure: String { "accuracy" }

  package static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    try evaluation(of: responses, options)
  }

  /// What the trials alone say; a benchmark with further numbers adds them.
  static func evaluation(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    let sheet = try checkedSheet(of: responses, options)
    var evaluation = Evaluation(
      benchmark: key, trial: trial, measure: measure, sheet: sheet,
      scheme: scheme(for: sheet, options).simplified(sheet.strata),
      // Where prompts have a better and a worse response, length and margin of pairs tell more.
      pairs: ScoredPairs(regular: responses, length: options.length),
      bootstrap: options.bootstrap)
    evaluation.coverage = coverage(of: responses)
    evaluation.warning = evaluation.coverage?.note
    return evaluation
  }

  package static func compare(
    _ a: ScoredResponses, _ b: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Comparison {
    try comparison(a, b, options)
  }

  static func comparison(
    _ a: ScoredResponses, _ b: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Comparison {
    let common = try CommonPrompts(a, b)
    let sides = [common.a, common.b]
    let sheets = try ParallelParts.map(threads: 2, count: 2) { (side) throws(TareError) in
      try checkedSheet(of: sides[side], options)
    }
    let first = sheets[0]
    let joint = try first.beside(sheets[1])
    // The scheme is of the first sheet; the joint one has the same strata and more columns.
    var comparison = Comparison(
      benchmark: key, trial: trial, measure: measure, joint: joint,
      scheme: scheme(for: first, options).simplified(first.strata),
      bootstrap: options.bootstrap)
    comparison.leftOut = common.leftOut
    return comparison
  }

  private static func checkedSheet(
    of responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> TrialSheet {
    let sheet = try sheet(of: responses, options)
    guard !sheet.prompts.isEmpty else {
      throw .badData(place: key, found: "no prompts", accepted: "at least one prompt")
    }
    return sheet
  }
}
