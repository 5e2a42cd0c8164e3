/// Which position's hidden state is the reward read from.
package import TareCore
internal import TareEngine

package enum ReadRule: Sendable, Hashable {
  /// The rightmost token that is not padding, as transformers' sequence classifiers do.
  case huggingFace
  /// The last token.
  case last
  /// The first token, where encoders have their summary.
  case first
  /// The last token with this id.
  case token(Int32)
  /// Every token with this id: the steps of a process reward model.
  case step(Int32, StepsToScore)
  /// The mean of all hidden states.
  case mean
  /// Every token, and the mean of the head's outputs: what EuroBERT's classifier says of itself.
  case late
  /// The first of these tokens where they stand last, the end of the prompt, and what `huggingFace` reads:
  /// gated heads.
  case gated([Int32])
  /// The token before a label with which the assistant answers the whole response, which is a user's
  /// turn: RLHFlow's outcome reward models.
  case turn(Int32)
  /// The same of each step of the response: RLHFlow's process reward models.
  case turns(Int32, StepsToScore)
  /// The last token of each step, prompt and steps being tokenized each by itself.
  case pieces(StepPieces, StepsToScore)

  /// How the scores of steps become one.
  package enum StepsToScore: String, Sendable, CaseIterable {
    case min, last, product, mean

    package func score(_ steps: [Float]) -> Float {
      switch self {
      case .min: steps.min() ?? 0
      case .last: steps.last ?? 0
      case .product: Float(steps.reduce(1.0) { $0 * Double($1) })
      case .mean: Float(steps.reduce(0.0) { $0 + Double($1) } / Double(max(steps.count, 1)))
      }
    }
  }

  /// What prompt and steps are put together by.
  package enum StepPieces: String, Sendable, CaseIterable {
    /// TRL's PRMTrainer (also PURE): the prompt after a BOS, if there is one, then each step and the
    /// separator.
    case trl = "trl-steps"
    /// Skywork-o1's: a line break after the prompt, and of the separator its last token.
    case skywork = "skywork-steps"
  }

  static let accepted =
    "hf, last, first, mean, token:ID, step:ID, turn:ID, turns:ID, "
    + StepPieces.allCases.map(\.rawValue).joined(separator: ", ")

  /// Reads what `accepted` lists; a rule of steps may name how they become a score, "step:ID:min".
  ///
  /// - Parameter id: the id of a token by its spelling, which may stand in place of the number.
  package init(
    parsing text: String, steps: StepsToScore = .min, id: (String) -> Int32? = { _ in nil }
  ) throws(TareError) {
    func token(_ text: Substring) -> Int32? {
      Int32(text).flatMap { $0 >= 0 ? $0 : nil } ?? id(String(text))
    }
    let parts = text.split(separator: ":", maxSplits: 1)
    let name = parts.first.map { String($0) } ?? ""
    let rest = parts.count == 2 ? parts[1] : ""
    /// The token after the name, and the way after that.
    func ofSteps() -> (id: Int32, way: StepsToScore)? {
      if let id = token(rest) { return (id, steps) }
      guard let way = StepsToScore.allCases.first(where: { rest.hasSuffix(":\($0.rawValue)") }),
        let id = token(rest.dropLast(way.rawValue.count + 1))
      else { return nil }
      return (id, way)
    }
    let found: ReadRule? =
      switch (name, parts.count) {
      case ("hf", 1): .huggingFace
      case ("last", 1): .last
      case ("first", 1): .first
      case ("mean", 1): .mean
      case ("late", 1): .late
      case ("token", 2): token(rest).map { .token($0) }
      case ("turn", 2): token(rest).map { .turn($0) }
      case ("step", 2): ofSteps().map { .step($0.id, $0.way) }
      case ("turns", 2): ofSteps().map { .turns($0.id, $0.way) }
      default:
        StepPieces(rawValue: name).flatMap { pieces in
          parts.count == 1
            ? .pieces(pieces, steps)
            : StepsToScore(rawValue: String(rest)).map { .pieces(pieces, $0) }
        }
      }
    guard let found else {
      throw .usage("score position: expected \(Self.accepted), found '\(text)'")
    }
    self = found
  }

  /// The positions in `ids` that are read, in order; of several rules only steps and the means have
  /// more than one.
  /// - Throws: `TareError.badData` if the rule's token is not in the text.
  package func positions(in ids: [Int32], padID: Int32?) throws(TareError) -> [Int] {
    switch self {
    case .last: return [ids.count - 1]
    case .first: return [0]
    case .mean, .late: return Array(ids.indices)
    case .gated(let pattern):
      let starts = stride(from: ids.count - pattern.count, through: 0, by: -1)
      guard !pattern.isEmpty, let gate = starts.first(where: { ids[$0...].starts(with: pattern) })
      else {
        throw .badData(
          place: "", found: "no end of the prompt (tokens \(pattern)) in the text",
          accepted: "a conversation as the model's template renders it")
      }
      return [gate, ids.lastIndex { $0 != padID } ?? 0]
    case .huggingFace:
      // A text of nothing but padding is read at its start, as transformers reads it.
      return [ids.lastIndex { $0 != padID } ?? 0]
    case .token(let id): return [try found(ids.lastIndex(of: id).map { [$0] } ?? [], id)[0]]
    case .step(let id, _): return try found(ids.indices.filter { ids[$0] == id }, id)
    case .turn, .turns, .pieces:
      throw .badData(
        place: "", found: "a text without its messages",
        accepted: "a conversation, as steps are located in the response before it is rendered")
    }
  }

  /// How the scores of steps become one; nil where the rule does not read steps.
  package var stepsToScore: StepsToScore? {
    switch self {
    case .step(_, let way), .turns(_, let way), .pieces(_, let way): way
    default: nil
    }
  }

  /// Whether a response has a score for each of its steps.
  package var readsSteps: Bool { stepsToScore != nil }

  /// Whether what is read can be found by the messages alone.
  var needsMessages: Bool {
    switch self {
    case .turn, .turns, .pieces: true
    default: false
    }
  }

  /// The same with another way from steps to a score; without steps, as it is.
  package func scoring(by way: StepsToScore) -> ReadRule {
    switch self {
    case .step(let id, _): .step(id, way)
    case .turns(let id, _): .turns(id, way)
    case .pieces(let pieces, _): .pieces(pieces, way)
    default: self
    }
  }

  private var isOfSteps: Bool { if case .step = self { true } else { false } }

  private func found(_ positions: [Int], _ id: Int32) throws(TareError) -> [Int] {
    guard !positions.isEmpty else {
      throw .badData(
        place: "", found: "no token \(id) in the text",
        accepted: isOfSteps
          ? "a text that contains it after each step (a step separator inserts it)"
          : "a text that contains it")
    }
    return positions
  }
}

extension ReadRule: CustomStringConvertible {
  package var description: String {
    switch self {
    case .huggingFace: "hf"
    case .last: "last"
    case .first: "first"
    case .mean: "mean"
    case .late: "late"
    case .gated(let pattern): "gated:" + pattern.map { String($0) }.joined(separator: ",")
    case .token(let id): "token:\(id)"
    case .step(let id, let rule): "step:\(id):\(rule.rawValue)"
    case .turn(let id): "turn:\(id)"
    case .turns(let id, let rule): "turns:\(id):\(rule.rawValue)"
    case .pieces(let pieces, let rule): "\(pieces.rawValue):\(rule.rawValue)"
    }
  }
}

extension ReadRule {
  /// What a head asks for; nil where it leaves it to the model or the user.
  ///
  /// - Parameter ids: the ids of a text.
  /// - Throws: what `ids` throws.
  init?<Failure: Error>(
    _ position: HeadPosition, ids: (String) throws(Failure) -> [Int32]
  ) throws(Failure) {
    switch position {
    case .prompt(let text): self = .gated(try ids(text))
    case .readRule: return nil
    case .first: self = .first
    case .mean: self = .mean
    case .late: self = .late
    }
  }
}
