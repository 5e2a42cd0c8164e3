/// One question read at one position of one prompt, and what it came to.
internal import Foundation
package import TareCore

package struct DecisionRead: Sendable, Hashable {
  package enum Target: Sendable, Hashable {
    /// Tokens whose logits are the scores.
    case labels([Int32])
    /// Rows of the head.
    case rows(Range<Int>)
    /// Sequences of a head layout of its own.
    case options([OptionSequence], DecisionQuestion.Kind)
  }

  /// The prompt's tokens.
  package let ids: [Int32]
  package let position: Int
  /// In the model's order of the options.
  package let target: Target
  package let temperature: Float
  /// Where the question stands in its request.
  package let question: Int
  /// The option of the request that each option of the model's order is.
  package let order: [Int]

  /// The sequences of which it is computed.
  package var sequences: [[Int32]] {
    if case .options(let sequences, _) = target { return sequences.map(\.ids) }
    return [ids]
  }

  /// Of all that decides the reading beside the model: tokens, position, labels or rows in their order,
  /// and what they stand for.
  package var digest: Digest {
    var numbers: [Int32] = [Int32(truncatingIfNeeded: position)]
    numbers.append(Int32(bitPattern: temperature.bitPattern))
    numbers += order.map { Int32(truncatingIfNeeded: $0) }
    switch target {
    case .labels(let ids): numbers += [-1] + ids
    case .rows(let rows): numbers += [-2, Int32(truncatingIfNeeded: rows.lowerBound)]
    case .options(let sequences, let kind):
      numbers += [
        -4, Int32(truncatingIfNeeded: DecisionQuestion.Kind.allCases.firstIndex(of: kind) ?? 0),
      ]
      for sequence in sequences {
        let read = sequence.marks.isEmpty ? sequence.positions : sequence.marks
        for part in [sequence.ids, sequence.types, read.map { Int32(truncatingIfNeeded: $0) }] {
          numbers.append(Int32(truncatingIfNeeded: part.count))
          numbers += part
        }
      }
    }
    numbers.append(-3)
    return (numbers + ids).map(\.littleEndian).withUnsafeBytes { Digest(of: $0) }
  }
}

extension DecisionQuestion {
  /// A choice with its options moved up by so many places, the first ones to the end; other questions as
  /// they are.
  package func shifted(by count: Int) -> DecisionQuestion {
    guard kind == .choice, count > 0 else { return self }
    var question = self
    let turn = count % options.count
    question.options = Array(options[turn...] + options[..<turn])
    return question
  }
}

extension DecisionRead {
  /// A read of a shifted question as one of the question itself: its scores come in the order of that.
  package func turned(by count: Int) -> DecisionRead {
    DecisionRead(
      ids: ids, position: position, target: target, temperature: temperature, question: question,
      order: order.map { ($0 + count) % order.count })
  }
}

/// The scores and probabilities of a question's options, in the order of the request.
package struct DecisionReading: Sendable, Hashable {
  /// Before temperature.
  package let scores: [Float]
  /// float32, of a softmax in double.
  package let probabilities: [Float]
  /// The labels' share of the softmax over the vocabulary; nil for a head.
  package let labelMass: Double?
  /// Whether the token with the largest logit is a label; nil for a head.
  package let isTopALabel: Bool?
  /// Of the whole prompt.
  package let tokens: Int

  package init(
    scores: [Float], probabilities: [Float], labelMass: Double?, isTopALabel: Bool?, tokens: Int
  ) {
    self.scores = scores
    self.probabilities = probabilities
    self.labelMass = labelMass
    self.isTopALabel = isTopALabel
    self.tokens = tokens
  }

  /// - Parameter values: in the model's order.
  /// - Throws: `TareError.badData` for a score that is not finite.
  init(
    _ read: DecisionRead, _ values: [Float], mass: Double? = nil, isTopALabel: Bool? = nil
  ) throws(TareError) {
    guard values.allSatisfy(\.isFinite), values.count == read.order.count else {
      throw .badData(
        place: "scores of a question's options", found: "\(values)",
        accepted: "finite numbers (are the model's weights finite?)")
    }
    let shares = Self.softmax(values, temperature: read.temperature)
    var scores = [Float](repeating: 0, count: values.count)
    var probabilities = scores
    for (place, option) in read.order.enumerated() {
      scores[option] = values[place]
      probabilities[option] = shares[place]
    }
    self.init(
      scores: scores, probabilities: probabilities, labelMass: mass, isTopALabel: isTopALabel,
      tokens: read.ids.count)
  }

  /// Each is its power's share of their sum; scores are divided in float32, as in the reference.
  package static func softmax(_ scores: [Float], temperature: Float = 1) -> [Float] {
    let scaled = scores.map { Double($0 / temperature) }
    let top = scaled.max() ?? 0
    let powers = scaled.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { Float($0 / sum) }
  }
}
