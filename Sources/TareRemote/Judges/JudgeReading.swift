/// What an answer of a judge says: a probability for each verdict, or the one verdict that it gave.
internal import Foundation

/// The verdicts that a question can have.
package struct VerdictChoices: Sendable, Hashable {
  /// Letters, or whole numbers as they are written.
  package let labels: [String]
  /// What each is worth to a number, where they are numbers; between them, too, a text may be.
  package let scale: ClosedRange<Int>?

  /// - Parameter scale: within 0 to 10, so that "10" alone begins with another label.
  package init(scale: ClosedRange<Int>) {
    labels = scale.map(String.init)
    self.scale = scale
  }

  package init(letters: [String]) {
    labels = letters
    scale = nil
  }

  /// "A" to "Z".
  package static func letters(_ count: Int) -> [String] {
    (0..<min(count, 26)).map { String(UnicodeScalar(UInt8(65 + $0))) }
  }

  package func contains(_ text: String) -> Bool { labels.contains(text) || number(text) != nil }

  /// The number that a text is, a fraction too; nil for none in the scale.
  package func number(_ text: String) -> Double? {
    guard let scale, text.wholeMatch(of: /\d{1,2}(\.\d{1,3})?/) != nil, let value = Double(text),
      (Double(scale.lowerBound)...Double(scale.upperBound)).contains(value)
    else { return nil }
    return value
  }
}

/// One answer as it is read.
package struct JudgeReading: Sendable, Hashable {
  package enum Source: String, Sendable {
    case logProbabilities = "logprobs"
    case text
  }

  /// By label; they add up to 1. Of a verdict in the text 1 for it.
  package let probabilities: [String: Double]
  /// The expected number, where labels are numbers.
  package let number: Double?
  package let source: Source
  /// The labels' share of all probability at the verdict's place; nil for a text.
  package let mass: Double?
  /// Whether log-probabilities were there, and could not say which of two numbers a token begins.
  package let isAmbiguous: Bool

  private init(verdict: String, _ choices: VerdictChoices, isAmbiguous: Bool = false) {
    probabilities = [verdict: 1]
    number = choices.number(verdict)
    source = .text
    mass = nil
    self.isAmbiguous = isAmbiguous
  }

  private init(weights: [String: Double], _ choices: VerdictChoices) {
    // In the labels' order: a dictionary's would give other last bits in every process.
    let total = choices.labels.reduce(0) { $0 + (weights[$1] ?? 0) }
    let probabilities = weights.mapValues { $0 / total }
    self.probabilities = probabilities
    number =
      choices.scale == nil
      ? nil
      : choices.labels.reduce(0) {
        $0 + (probabilities[$1] ?? 0) * (choices.number($1) ?? 0)
      }
    source = .logProbabilities
    mass = min(total, 1)
    isAmbiguous = false
  }

  package static func read(
    _ answer: ChatAnswer, _ pattern: VerdictPattern, _ choices: VerdictChoices
  ) -> Result<JudgeReading, JudgeFailure> {
    guard answer.refusal?.isEmpty ?? true else { return .failure(JudgeFailure(.refused)) }
    return pattern.find(
      in: answer.text, isCut: answer.finishReason == "length", isLabel: choices.contains
    ).map { verdict in
      // A fraction is no label: nothing but the text says it.
      guard choices.labels.contains(verdict.label),
        let place = TokenPlace(verdict.offset, in: answer)
      else { return JudgeReading(verdict: verdict.label, choices) }
      switch place.weights(of: choices, verdict: verdict.label) {
      case .known(let weights): return JudgeReading(weights: weights, choices)
      case .ambiguous: return JudgeReading(verdict: verdict.label, choices, isAmbiguous: true)
      case .none: return JudgeReading(verdict: verdict.label, choices)
      }
    }
  }
}

/// The token that a verdict begins in.
private struct TokenPlace {
  enum Weights {
    case known([String: Double])
    /// Whether a "1" goes on to a "10" is not known, and makes a difference.
    case ambiguous
    case none
  }

  private let token: ChatToken
  private let next: ChatToken?

  /// - Returns: nil where the answer has no tokens, or their text is not the answer's.
  init?(_ offset: Int, in answer: ChatAnswer) {
    let text = Array(answer.text.utf8)
    let whole = answer.tokens.flatMap(\.bytes)
    // Reasoning and control tokens stand around the text, which may have lost its white space.
    guard let start = whole.lastPlace(of: text) else { return nil }
    var end = 0
    guard
      let index = answer.tokens.firstIndex(where: { token in
        end += token.bytes.count
        return end > start + offset
      })
    else { return nil }
    token = answer.tokens[index]
    next = index + 1 < answer.tokens.count ? answer.tokens[index + 1] : nil
    guard !token.alternatives.isEmpty else { return nil }
  }

  func weights(of choices: VerdictChoices, verdict: String) -> Weights {
    var weights: [String: Double] = [:]
    for alternative in token.alternatives {
      guard let label = alternative.bytes.label, choices.labels.contains(label) else { continue }
      weights[label, default: 0] += exp(alternative.logProbability)
    }
    guard weights.values.contains(where: { $0 > 0 }) else { return .none }
    guard choices.labels.contains("10"), choices.labels.contains("1"), weights["10"] == nil,
      let one = weights["1"], one > 0
    else { return .known(weights) }
    // The tokenizer may write 10 as 1 and 0.
    if verdict == "1" || verdict == "10" {
      guard let next else { return verdict == "1" ? .known(weights) : .ambiguous }
      let zero = next.alternatives.reduce(0.0) { sum, alternative in
        sum + (alternative.bytes.first == UInt8(ascii: "0") ? exp(alternative.logProbability) : 0)
      }
      weights["10"] = one * min(zero, 1)
      weights["1"] = one * (1 - min(zero, 1))
      return .known(weights)
    }
    // The expected number would move by less than a twentieth either way.
    // In the labels' order: a dictionary's would give other last bits in every process.
    let total = choices.labels.reduce(0) { $0 + (weights[$1] ?? 0) }
    return one / total * 9 < 0.05 ? .known(weights) : .ambiguous
  }
}

extension [UInt8] {
  /// The letters or digits that a token begins with, after white space, brackets and the like; nil for
  /// none.
  fileprivate var label: String? {
    func isPart(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
        true
      default: false
      }
    }
    guard let low = firstIndex(where: isPart) else { return nil }
    let high = self[low...].firstIndex { !isPart($0) } ?? count
    // 7.5 is not 7.
    if high + 1 < count, self[high] == UInt8(ascii: "."), isPart(self[high + 1]) { return nil }
    return String(decoding: self[low..<high], as: UTF8.self)
  }
}
