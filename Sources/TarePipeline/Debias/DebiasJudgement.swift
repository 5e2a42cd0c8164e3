/// What a bias does to the scores of held-out responses, and what scores are worth.
internal import Foundation
internal import TareCore
internal import TareReport
internal import TareTraining

struct DebiasJudgement: Sendable {
  let name: String
  /// Responses that were edited, and their prompts.
  let responses: Int
  let prompts: Int
  /// Mean change of the score by the edit, in standard deviations of the margin between two responses to one prompt;
  /// in points where prompts have one.
  let effect: Double
  /// 95% over prompts.
  let interval: ClosedRange<Double>?
  /// Labelled pairs that the score orders rightly, ties half; nil without labels.
  let accuracy: Double?
  let pairs: Int

  init(
    _ name: String, _ states: [DebiasStates.State], plain: [Double], edited: [Double]
  ) {
    self.name = name
    let count = (states.map(\.prompt).max() ?? -1) + 1
    var byPrompt = [[Int]](repeating: [], count: count)
    for (place, state) in states.enumerated() { byPrompt[state.prompt].append(place) }
    var (squares, compared, right, labelled) = (0.0, 0, 0.0, 0)
    for own in byPrompt {
      for (order, first) in own.enumerated() {
        for second in own.dropFirst(order + 1) {
          let margin = plain[first] - plain[second]
          squares += margin * margin
          compared += 1
          guard let sign = Self.sign(states[first].role, states[second].role) else { continue }
          labelled += 1
          right += margin == 0 ? 0.5 : margin * sign > 0 ? 1 : 0
        }
      }
    }
    let deviation = compared > 0 ? (squares / Double(compared)).squareRoot() : 0
    let unit = deviation > 0 ? deviation : 1
    accuracy = labelled > 0 ? right / Double(labelled) : nil
    pairs = labelled
    let changes = states.indices.filter { states[$0].isEdited }.map {
      (states[$0].prompt, (edited[$0] - plain[$0]) / unit)
    }
    let mean = changes.reduce(0) { $0 + $1.1 } / Double(max(1, changes.count))
    var sums = [Double](repeating: 0, count: count)
    for (prompt, change) in changes { sums[prompt] += change - mean }
    let groups = Set(changes.map(\.0)).count
    (responses, prompts, effect) = (changes.count, groups, mean)
    guard groups > 1 else {
      interval = nil
      return
    }
    let variance = sums.reduce(0) { $0 + $1 * $1 } * Double(groups) / Double(groups - 1)
    let half = 1.959963984540054 * variance.squareRoot() / Double(changes.count)
    interval = mean - half...mean + half
  }

  private static func sign(_ first: Role, _ second: Role) -> Double? {
    switch (first, second) {
    case (.chosen, .rejected): 1
    case (.rejected, .chosen): -1
    default: nil
    }
  }

  var json: JSONValue {
    [
      "scores": .string(name), "responses": .int(responses), "prompts": .int(prompts),
      "effect": .double(effect),
      "interval": interval.map { [.double($0.lowerBound), .double($0.upperBound)] } ?? .null,
      "accuracy": accuracy.map { .double($0) } ?? .null, "pairs": .int(pairs),
    ]
  }
}

extension DebiasOutcome {
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var table = TerminalTable(columns: [
      .init("held out", .left, leastWidth: 14), .init("edited"), .init("effect (SDs)"),
      .init("95%"), .init("accuracy"), .init("pairs"),
    ])
    for one in judged {
      table.addRow(
        [
          one.name, one.responses.text, one.effect.fixed(3),
          one.interval.map { "\($0.lowerBound.fixed(3)) to \($0.upperBound.fixed(3))" } ?? "–",
          one.accuracy.map { "\($0.percent)%" } ?? "–", one.pairs.text,
        ], isBold: one.name == method.rawValue)
    }
    let note = """
      Effect: mean change of the score by the edit '\(probe)', in standard deviations of the margin between \
      two responses to one prompt. Directions come from \(fitted.responses.text) edited responses to \
      \(fitted.prompts.text) other prompts; lowess and auto subtract a curve over length. The head \
      without the direction '\(method.rawValue)' was saved.
      """
    return table.text(style: style) + note.wrapped(toWidth: 80)
  }
}
