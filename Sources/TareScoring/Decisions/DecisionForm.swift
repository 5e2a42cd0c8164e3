/// Whose prompt a model without a template of its own is asked by.
internal import Foundation
internal import TareCore
internal import TareTokenizers

package enum DecisionForm: Sendable, Hashable {
  /// transformers 5.23's, with the labels and temperatures of `decision.json`.
  case transformers
  /// vLLM 0.33's: state, question and options in other words; yes and no, letters, and digits for levels;
  /// no temperature. A label's token is that which follows the prompt's own text.
  ///
  /// Source: vllm/entrypoints/openai/decisions/question_types.py and strategies.py.
  case vllm
  /// transformers' with other labels, to see whether answers depend on them: digits from 1 for letters,
  /// True and False for Yes and No. Of models without a template of their own.
  case otherLabels
}

extension DecisionSettings {
  /// The settings with the labels of `DecisionForm.otherLabels`.
  var relabelled: DecisionSettings {
    var settings = self
    let digits = (1...9).map(String.init)
    settings.labels = [
      .noul: noulOptions.map(\.capitalized), .choice: digits, .score: digits,
    ]
    return settings
  }
}

extension DecisionQuestion {
  private static let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map {
    String(Unicode.Scalar($0))
  }

  /// The question as vLLM reads it: options in their own order.
  /// - Throws: `TareError.badData` that names a question with more options than there are labels.
  func placedForVLLM() throws(TareError) -> PlacedQuestion {
    let labels: [String] =
      switch kind {
      case .noul: ["yes", "no"]
      case .choice: Self.letters
      case .score: (0...9).map(String.init)
      }
    guard options.count <= labels.count else {
      throw .badData(
        place: "question '\(name)'", found: "\(options.count) options",
        accepted: "at most \(labels.count), the labels of a \(kind.rawValue) question")
    }
    return PlacedQuestion(
      question: self, order: Array(options.indices), labels: Array(labels.prefix(options.count)))
  }
}

extension Tokenizer {
  /// The tokens after the last added one, and their text.
  func tail(of ids: [Int32]) throws(TareError) -> (ids: [Int32], text: String) {
    let added = Set(addedTokens.compactMap { id(of: $0.content) })
    let start = ids.lastIndex { added.contains($0) }.map { $0 + 1 } ?? 0
    let tail = Array(ids[start...])
    return (tail, try decode(tail, skipSpecialTokens: false))
  }

  /// The token that a label is behind a prompt; nil where it is not one.
  func id(of label: String, after tail: (ids: [Int32], text: String)) throws(TareError) -> Int32? {
    let ids = try encode(tail.text + label, addSpecialTokens: false)
    return ids.dropLast() == tail.ids[...] ? ids.last : nil
  }
}
