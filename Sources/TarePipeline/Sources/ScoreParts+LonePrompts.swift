/// Pairs that lost a side to rows that were left out.
internal import TareCore
internal import TareEvaluation
internal import TareFormats

extension ScoreParts {
  /// The scores without the prompts that have one side left, since a row of theirs was left out, where
  /// they are evaluated as pairs; says how many these are.
  ///
  /// - Parameter key: the benchmark's that was asked for; nil for the one that is recognised.
  func withoutLonePrompts(
    of source: ScoreSource, for key: String?
  ) throws(TareError) -> ScoreParts {
    guard !skipped.isEmpty else { return self }
    var others = self
    var count = 0
    for (place, part) in parts.enumerated() {
      guard case .table(let table) = part.origin,
        let found = try complete(part.responses, for: key), found.leftOut > 0, !found.rows.isEmpty
      else { continue }
      others.parts[place] = ScorePart(
        table: try table.selecting(found.rows), name: part.name, score: part.score)
      count += found.leftOut
    }
    guard count > 0 else { return self }
    let what = parts.contains { $0.responses.pairs != nil } ? "pair" : "prompt"
    let note = "lost a response and \(count == 1 ? "was" : "were") skipped"
    source.badRows.tell(
      ["\(count) \(what)\(count == 1 ? "" : "s") \(note)"], of: source.fileName)
    return others
  }

  /// The responses that stay; nil where they are no pairs.
  private func complete(
    _ responses: ScoredResponses, for key: String?
  ) throws(TareError) -> (rows: [Int], leftOut: Int)? {
    func arePairs(_ responses: ScoredResponses) throws(TareError) -> Bool {
      guard let key else { return Benchmarks.recognised(responses) is any PairBenchmark.Type }
      return try Benchmarks.registry.entry(for: key) is any PairBenchmark.Type
    }
    if lost.unknown > 0, try arePairs(responses) {
      // No more prompts can have lost a row than rows were left out.
      let all = responses.withoutLonePrompts { _ in true }
      let known = responses.withoutLonePrompts(lost.prompts.contains)
      if all.leftOut - known.leftOut <= lost.unknown { return all }
    }
    let known = responses.withoutLonePrompts(lost.prompts.contains)
    guard known.leftOut > 0,
      try arePairs(ScoredResponses(known.rows.map { responses[$0] }))
    else { return nil }
    return known
  }
}
