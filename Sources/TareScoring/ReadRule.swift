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
  /// The first of these tokens where they stand last, the end of the prompt, and what `huggingFace` reads:
  /// gated heads.
  case gated([Int32])

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

  static let accepted = "hf, last, first, mean, token:ID, step:ID"

  /// Reads "hf", "last", "first", "mean", "token:ID" or "step:ID"; a step rule may name how its
  /// steps become a score, "step:ID:min".
  ///
  /// - Parameter id: the id of a token by its spelling, which may stand in place of the number.
  package init(
    parsing text: String, steps: StepsToScore = .min, id: (String) -> Int32? = { _ in nil }
  ) throws(TareError) {
    func token(_ text: Substring) -> Int32? {
      Int32(text).flatMap { $0 >= 0 ? $0 : nil } ?? id(String(text))
    }
    let parts = text.split(separator: ":", maxSplits: 1)
    switch text {
    case "hf": self = .huggingFace
    case "last": self = .last
    case "first": self = .first
    case "mean": self = .mean
    default:
      if parts.count == 2, parts[0] == "token", let id = token(parts[1]) {
        self = .token(id)
      } else if parts.count == 2, parts[0] == "step", let id = token(parts[1]) {
        self = .step(id, steps)
      } else if parts.count == 2, parts[0] == "step",
        let rule = StepsToScore.allCases.first(where: { parts[1].hasSuffix(":\($0.rawValue)") }),
        let id = token(parts[1].dropLast(rule.rawValue.count + 1))
      {
        self = .step(id, rule)
      } else {
        throw .usage("score position: expected \(Self.accepted), found '\(text)'")
      }
    }
  }

  /// The positions in `ids` that are read, in order; of several rules only steps and the mean have
  /// more than one.
  /// - Throws: `TareError.badData` if the rule's token is not in the text.
  package func positions(in ids: [Int32], padID: Int32?) throws(TareError) -> [Int] {
    switch self {
    case .last: return [ids.count - 1]
    case .first: return [0]
    case .mean: return Array(ids.indices)
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
    case .gated(let pattern): "gated:" + pattern.map { String($0) }.joined(separator: ",")
    case .token(let id): "token:\(id)"
    case .step(let id, let rule): "step:\(id):\(rule.rawValue)"
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
    }
  }
}
