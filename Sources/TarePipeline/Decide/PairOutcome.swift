/// What comparing responses in both orders gave.
package import TareCore
internal import TareScoring
internal import TareStore

package struct PairOutcome: Sendable {
  package let positions: PairPositions
  package let responses: Int
  package let computed: Int
  package let tokens: Int
  package let seconds: Double
  package let destination: String?
  let store: Store
  let run: Run
  let source: DecisionRecord
  let judging: PairJudging
  let isKept: Bool
  /// For each response, by its item, the indices of those that it was compared with.
  let opponents: [Int64: [Int]]

  /// Hands over a row for each response, in input order.
  package func forEachRow(
    _ body: (JSONObject) throws(TareError) -> Void
  ) throws(TareError) {
    let temperature = source.choiceTemperature
    try store.forEachDecided(of: run) { (item, answers) throws(TareError) in
      var row = JSONObject()
      for (key, value) in item.scoreRow.members {
        row[key] = value
        if key == "index" {
          row["run"] = isKept ? .string(run.name) : .null
          row["model"] = .string(source.name)
        }
        guard key == "read_at" else { continue }
        var pairs: [JSONValue] = []
        for (number, other) in (opponents[item.id] ?? []).enumerated() {
          guard 2 * number + 1 < answers.count, let first = answers[2 * number],
            let second = answers[2 * number + 1]
          else { continue }
          let trial = PairTrial(first.scores, second.scores, temperature: temperature)
          pairs.append(trial.json(against: other, masses: [first.labelMass, second.labelMass]))
        }
        row["pairs"] = .array(pairs)
      }
      try body(row)
    }
  }

  package var json: JSONValue {
    [
      "responses": .int(responses), "computed": .int(computed), "tokens": .int(tokens),
      "seconds": .double(seconds), "positions": positions.json,
    ]
  }

  /// In words, a sentence a line.
  package var text: String {
    let lines = [
      positions.text, destination.map { "kept in \($0)" },
    ]
    return lines.compactMap(\.self).joined(separator: "\n")
  }
}

extension PairTrial {
  fileprivate func json(against other: Int, masses: [Double?]) -> JSONValue {
    let known = masses.compactMap(\.self)
    return [
      "against": .int(other), "margin": .double(margin), "probability": .double(probability),
      "margin_shown_first": .double(shownFirst), "margin_shown_second": .double(shownSecond),
      "orders_agree": .bool(agrees),
      "label_mass": known.isEmpty
        ? .null : .double(known.reduce(0, +) / Double(known.count)),
    ]
  }
}
