/// Single responses, each right or wrong, of which no two answer the same prompt.
package import TareCore

/// Without two responses to one prompt there is nothing to choose from; what can be told is how well the
/// scores separate right from wrong responses across prompts: the area under the ROC curve. It also has
/// in it how much harder some prompts are than others, so it is no accuracy on pairs.
package enum Unpaired: Benchmark {
  package static let key = "unpaired"
  package static let summary =
    "single responses, each right or wrong: area under the ROC curve"
  package static let trial = "response"
  package static let measure = "AUC"

  private static let rule = "a right response scores above a wrong one of another prompt"

  package static func recognises(_ responses: ScoredResponses) -> Bool {
    // Several responses to a prompt are the rule, and quick to see.
    guard !responses.isEmpty, responses.groups.count == responses.count, responses.steps == nil,
      responses.indices.allSatisfy({ !ScoredResponses.isMissing(responses.goodness($0)) }),
      LabelScale(responses) == .rightOrWrong
    else { return false }
    let right = responses.indices.count { responses.goodness($0) == 1 }
    return right > 0 && right < responses.count
  }

  package static func evaluate(
    _ responses: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Evaluation {
    let sides = try Sides(responses)
    let area = sides.area(responses)
    let subsets = sides.subsets(responses)
    let overall = Accuracy(area, rule: rule)
    var averages: [Breakdown<Accuracy>.Named] = []
    if subsets.count > 1 { averages.append(("macro", macro(subsets.map(\.area)))) }
    var notes = [
      "no prompt has two responses, so this is an AUC over responses of different prompts, not an "
        + "accuracy on pairs"
    ]
    let names = distinct(responses.compactMap(\.subset))
    let without = names.filter { name in !subsets.contains { $0.name == name } }
    if !without.isEmpty {
      notes.append(
        "\(without.joined(separator: ", ")): only right or only wrong responses, so no AUC")
    }
    return Evaluation(
      benchmark: key, trial: trial, measure: measure,
      accuracies: Breakdown(
        subsets: subsets.map { ($0.name, Accuracy($0.area, rule: nil)) }, overall: overall,
        averages: averages),
      total: total(responses, sides, area, options.bootstrap), notes: notes)
  }

  /// Each subset alike; their errors are independent.
  private static func macro(_ areas: [ROCArea]) -> Accuracy {
    let count = Double(areas.count)
    let value = areas.reduce(0) { $0 + $1.value } / count
    // Distances to the ends add like standard errors, as for weighted means of shares.
    let below =
      areas.reduce(0) { sum, area in
        let distance = area.value - area.interval.lowerBound
        return sum + distance * distance
      }.squareRoot() / count
    let above =
      areas.reduce(0) { sum, area in
        let distance = area.interval.upperBound - area.value
        return sum + distance * distance
      }.squareRoot() / count
    return Accuracy(
      value: value, n: areas.reduce(0) { $0 + $1.right.count + $1.wrong.count },
      ties: areas.reduce(0) { $0 + $1.ties }, interval: (value - below)...(value + above),
      method: .delong, rule: "mean of \(counted(areas.count, "subset"))")
  }

  package static func compare(
    _ a: ScoredResponses, _ b: ScoredResponses, _ options: EvaluationOptions
  ) throws(TareError) -> Comparison {
    let common = try CommonPrompts(a, b)
    let order = common.a.inPlace
    let first = ScoredResponses(order.map { common.a[$0] })
    let positions = Dictionary(
      uniqueKeysWithValues: common.b.enumerated().map { ($0.element.place, $0.offset) })
    let second = ScoredResponses(first.compactMap { positions[$0.place].map { common.b[$0] } })
    let sides = try Sides(first)
    let subsets = sides.subsets(first).map(\.name)
    var differences = subsets.map { name in
      (name: name, value: sides.difference(first, second) { $0.subset == name })
    }
    let adjusted = BenjaminiHochberg.adjusted(differences.map(\.value.p))
    for (index, q) in adjusted.enumerated() { differences[index].value.q = q }
    var comparison = Comparison(
      benchmark: key, trial: trial, measure: measure,
      differences: Breakdown(
        subsets: differences, overall: sides.difference(first, second) { _ in true }))
    comparison.leftOut = common.leftOut
    return comparison
  }

  private static func total(
    _ responses: ScoredResponses, _ sides: Sides, _ area: ROCArea, _ bootstrap: Bootstrap
  ) -> Total {
    let order = responses.inPlace
    var contributions = [Double](repeating: 0, count: responses.count)
    // What each response adds to the area: they sum to it, and their differences between two models have
    // the variance of the difference.
    for (row, share) in zip(sides.right, area.right) {
      contributions[row] = (share - area.value / 2) / Double(area.right.count)
    }
    for (row, share) in zip(sides.wrong, area.wrong) {
      contributions[row] = (share - area.value / 2) / Double(area.wrong.count)
    }
    var hash = SHA256()
    var isRight = [Bool](repeating: false, count: responses.count)
    for row in sides.right { isRight[row] = true }
    for row in order {
      let text = responses[row].place.names.joined(separator: "\u{1F}") + "\u{1E}"
      Array(text.utf8).withUnsafeBytes { hash.update($0) }
    }
    return Total(
      value: area.value,
      resamples: AreaResamples(
        right: order.filter { isRight[$0] }.map { responses.scores[$0] },
        wrong: order.filter { !isRight[$0] }.map { responses.scores[$0] }
      ).areas(bootstrap),
      contributions: order.map { contributions[$0] }, prompts: hash.finish())
  }
}

/// Which rows are right and which wrong.
private struct Sides {
  let right: [Int]
  let wrong: [Int]

  init(_ responses: ScoredResponses) throws(TareError) {
    try responses.requireFiniteScores()
    for (row, response) in responses.enumerated() where response.grade == nil {
      throw .badData(
        place: "row \(row + 1) (prompt \(response.promptID))", found: "a response without a label",
        accepted: "right or wrong: 1 or 0")
    }
    if case .grades = LabelScale(responses) {
      throw .badData(
        place: Unpaired.key, found: "graded labels", accepted: "right or wrong: 1 or 0")
    }
    let groups = PromptGroups(of: responses)
    guard groups.count == responses.count else {
      throw .badData(
        place: Unpaired.key, found: "prompts with several responses",
        accepted: "one response per prompt (for several use the benchmarks pairs and bestofn)")
    }
    right = responses.indices.filter { responses[$0].grade == 1 }
    wrong = responses.indices.filter { responses[$0].grade != 1 }
    guard !right.isEmpty, !wrong.isEmpty else {
      throw .badData(
        place: Unpaired.key, found: "\(right.count) right and \(wrong.count) wrong responses",
        accepted: "at least one of each")
    }
  }

  func area(
    _ responses: ScoredResponses, where isMember: (ScoredResponse) -> Bool = { _ in true }
  ) -> ROCArea {
    func scores(_ rows: [Int]) -> [Double] {
      rows.filter { isMember(responses[$0]) }.map { responses[$0].score }
    }
    return ROCArea(right: scores(right), wrong: scores(wrong))
  }

  /// The subsets with right and wrong responses.
  func subsets(_ responses: ScoredResponses) -> [(name: String, area: ROCArea)] {
    let both = Set(right.compactMap { responses[$0].subset })
      .intersection(wrong.compactMap { responses[$0].subset })
    return distinct(responses.compactMap(\.subset)).filter(both.contains).map { name in
      (name, area(responses) { $0.subset == name })
    }
  }

  /// - Parameter b: the same responses in the same order.
  func difference(
    _ a: ScoredResponses, _ b: ScoredResponses, where isMember: (ScoredResponse) -> Bool
  ) -> Difference {
    let (first, second) = (area(a, where: isMember), area(b, where: isMember))
    let difference = ROCArea.Difference(first, second)
    let before = first.right + first.wrong
    let after = second.right + second.wrong
    return Difference(
      a: first.value, b: second.value, n: before.count, interval: difference.interval,
      gained: zip(before, after).count { $1 > $0 }, lost: zip(before, after).count { $1 < $0 },
      p: difference.p, test: .delong)
  }
}

/// The area on responses drawn with replacement, right and wrong ones by themselves.
private struct AreaResamples {
  /// Of all rows by growing score, right ones first: which is which, and where a new score begins.
  private let isRight: [Bool]
  private let startsScore: [Bool]
  /// The place of each right and each wrong row in that order.
  private let rightPlaces: [Int]
  private let wrongPlaces: [Int]
  /// More change the ends of an interval by less than its last digit, and cost as much as there are rows.
  private static let most = 1000

  init(right: [Double], wrong: [Double]) {
    let scores = right + wrong
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    var places = [Int](repeating: 0, count: scores.count)
    for (place, row) in order.enumerated() { places[row] = place }
    isRight = order.map { $0 < right.count }
    startsScore = order.indices.map { $0 == 0 || scores[order[$0]] != scores[order[$0 - 1]] }
    rightPlaces = Array(places[..<right.count])
    wrongPlaces = Array(places[right.count...])
  }

  func areas(_ bootstrap: Bootstrap) -> [Double] {
    var random = Xoshiro256(seed: bootstrap.seed)
    var counts = [Int](repeating: 0, count: isRight.count)
    let pairs = Double(rightPlaces.count) * Double(wrongPlaces.count)
    return (0..<min(bootstrap.resamples, Self.most)).map { _ in
      for place in counts.indices { counts[place] = 0 }
      for places in [rightPlaces, wrongPlaces] {
        for _ in places { counts[places[random.next(below: places.count)]] += 1 }
      }
      var below = 0
      var halves = 0
      // Wrong and right ones of the score at hand.
      var level = (wrong: 0, right: 0)
      for place in counts.indices {
        if startsScore[place] {
          halves += level.right * (2 * below + level.wrong)
          below += level.wrong
          level = (0, 0)
        }
        if isRight[place] { level.right += counts[place] } else { level.wrong += counts[place] }
      }
      halves += level.right * (2 * below + level.wrong)
      return Double(halves) / 2 / pairs
    }
  }
}

extension Accuracy {
  fileprivate init(_ area: ROCArea, rule: String?) {
    self.init(
      value: area.value, n: area.right.count + area.wrong.count, ties: area.ties,
      interval: area.interval, method: .delong, rule: rule)
  }
}
