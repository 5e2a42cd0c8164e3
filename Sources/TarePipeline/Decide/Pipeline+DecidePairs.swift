/// `tare decide --pairs`: which response is better, in both orders.
package import TareCore
internal import TareScoring
internal import TareStore
internal import TareTemplates

extension Pipeline {
  /// Compares the responses to each prompt two by two.
  package func decidePairs(_ request: DecideRequest) throws(TareError) -> PairOutcome {
    try checkStore(request)
    let judging = try PairJudging(
      request.questions.map { (path) throws(TareError) in try RubricFile(path) })
    let rows = try decisionRows(request)
    guard rows.allSatisfy({ $0.extras["state_row"] == nil }) else {
      throw .badData(
        place: request.inputs[0], found: "rows of a state",
        accepted: "pairs, or several responses to a prompt")
    }
    let (store, run, source) = try opened(
      request, rule: "pairs;\(judging.question.json.text())",
      record: ["kind": "pairs", "question": .string(judging.question.json.text())])
    try store.addItems(rows, to: run)
    let stage = PairStage(
      source: source, store: store, run: run, judging: judging, observer: observer)
    var summary = DecideStage.Summary()
    do throws(TareError) {
      try stage.run(&summary)
    } catch {
      throw request.inputs.count == 1 && !source.isNamed(in: error)
        ? error.inside(request.inputs[0]) : error
    }
    let (positions, opponents) = try pairPositions(of: run, in: store)
    return PairOutcome(
      positions: positions, responses: summary.rows, computed: summary.computed,
      tokens: summary.tokens, seconds: summary.seconds,
      destination: request.store.map { "\($0), run '\(run.name)'" }, store: store, run: run,
      source: DecisionRecord(source), judging: judging, isKept: request.store != nil,
      opponents: opponents)
  }

  /// Every pair once, and whom each response was compared with.
  func pairPositions(
    of run: Run, in store: Store
  ) throws(TareError) -> (PairPositions, [Int64: [Int]]) {
    var items: [RunItem] = []
    var answers: [[StoredDecision?]] = []
    try store.forEachDecided(of: run) { (item, stored) throws(TareError) in
      items.append(item)
      answers.append(stored)
    }
    var positions = PairPositions()
    var opponents: [Int64: [Int]] = [:]
    for group in PairGroups(items).groups {
      for (number, place) in group.enumerated() {
        opponents[items[place].id] = group.filter { $0 != place }.map { items[$0].index }
        // Those after it, which stand in its answers behind those before it.
        for other in number..<(group.count - 1) {
          guard 2 * other + 1 < answers[place].count, let first = answers[place][2 * other],
            let second = answers[place][2 * other + 1]
          else { continue }
          positions.add(PairTrial(first.scores, second.scores, temperature: 1))
        }
      }
    }
    return (positions, opponents)
  }
}
