/// What an engine elsewhere says of a text.
package import TareCore
package import TareScoring

/// One value; or, of a model that scores tokens, a value for each of its tokens or steps, the first first.
package struct RemoteReward: Sendable, Hashable {
  package var values: [Float]
  /// Whether each value is the probability of the second of two labels, as process reward models have
  /// them.
  package var isOfSteps = false

  /// - Parameters:
  ///   - hasRows: whether it may be rows of numbers.
  ///   - output: what of several labels' numbers is the reward.
  /// - Throws: `TareError.badData` for anything else than finite numbers: one, or rows of one, or rows of
  ///   two that are probabilities.
  init(_ json: JSONValue, hasRows: Bool, output: OutputChoice? = nil) throws(TareError) {
    guard hasRows, let rows = json.array else {
      let outputs = try (json.array ?? [json]).map { (value) throws(TareError) in
        try Self.number(value)
      }
      values = [try Self.reward(of: outputs, output)]
      return
    }
    values = []
    for row in rows {
      let numbers = try (row.array ?? [row]).map { (value) throws(TareError) in
        try Self.number(value)
      }
      let isFirst = values.isEmpty
      guard (1...2).contains(numbers.count), isFirst || isOfSteps == (numbers.count == 2) else {
        throw .badData(
          place: "row \(values.count)", found: "\(numbers.count) values",
          accepted: "one value, or the probabilities of two labels, in every row")
      }
      isOfSteps = numbers.count == 2
      if isOfSteps, abs(numbers[0] + numbers[1] - 1) > 1e-3 || !(0...1).contains(numbers[1]) {
        throw .badData(
          place: "row \(values.count)", found: "\(numbers[0]), \(numbers[1])",
          accepted: "the probabilities of two labels")
      }
      values.append(numbers[numbers.count - 1])
    }
  }

  /// The reward among a model's outputs.
  private static func reward(
    of outputs: [Float], _ choice: OutputChoice?
  ) throws(TareError) -> Float {
    guard let choice else {
      guard outputs.count == 1 else {
        throw .badData(
          place: "", found: "\(outputs.count) values",
          accepted: "one value, or the choice of an output or of weights")
      }
      return outputs[0]
    }
    guard choice.fits(outputs.count) else {
      throw .badData(
        place: "", found: "\(outputs.count) values", accepted: "a model with the output '\(choice)'"
      )
    }
    let value = choice.score(outputs)
    guard value.isFinite else {
      throw .badData(place: "", found: "\(value)", accepted: "a finite number")
    }
    return value
  }

  private static func number(_ json: JSONValue) throws(TareError) -> Float {
    guard let value = json.double.map({ Float($0) }), value.isFinite else {
      throw .badData(place: "", found: json.text(), accepted: "a finite number")
    }
    return value
  }
}

extension TokenizedConversation {
  /// The values of a reward where this text is read: one for each step of a process reward model, else one.
  /// - Throws: `TareError.badData` if the engine has read another text, or other tokens of it.
  func values(_ reward: RemoteReward) throws(TareError) -> [Float] {
    let values = reward.values
    if case .step(let id, _) = rule {
      if values.count == positions.count { return values }
      if values.count == ids.count { return positions.map { values[$0] } }
      throw .badData(
        place: "reply", found: "\(values.count) values",
        accepted:
          "\(positions.count), one per token \(id) of the text (is it the server's step token?)")
    }
    guard !reward.isOfSteps else {
      throw .badData(
        place: "reply", found: "the steps of a process reward model",
        accepted:
          "one value per token (Tare recognizes process reward models by their configuration)")
    }
    // Nobody here has counted the tokens of a text without ids.
    guard let last = values.last, [1, ids.count].contains(values.count) || ids.isEmpty else {
      throw .badData(
        place: "reply", found: "\(values.count) values",
        accepted: "one, or \(ids.count), one per token")
    }
    return [values.count == ids.count ? values[readAt] : last]
  }

  /// What an engine elsewhere says of it, as a score; of a text without ids nobody here counts the
  /// tokens.
  ///
  /// - Parameter values: one for each step where the rule reads steps, else one.
  package func score(_ values: [Float]) -> Score {
    var steps: [StepScore] = []
    var value = values.last ?? .nan
    if let way = stepsToScore {
      steps = zip(positions, values).map { StepScore(position: $0, value: $1) }
      value = way.score(values)
    }
    return Score(
      value: value, tokens: ids.count, length: length, readAt: readAt, truncated: truncated,
      steps: steps)
  }
}
