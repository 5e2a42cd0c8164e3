/// DecisionTune: ModernBERT with a mask before each option, and a linear score of the mask's state.
internal import Foundation
package import TareCore
internal import TareEngine

/// `[CLS]` question `[SEP]` (`[MASK]` option)… `[SEP]` state `[SEP]`. A yes-or-no question has the options
/// "yes" and "no" and no descriptions; levels are asked as a choice among their texts.
///
/// Source: decision-tune 1.0.0 (Apache-2.0), decision_tune/engine.py.
package struct DecisionTuneLayout: OptionLayout {
  package static let key = "decision-tune"
  package static let summary = "ModernBERT and head.weight, [1, hidden], in head.safetensors"

  package let record: JSONObject = [:]
  package let headDigest: Digest?
  package let noulOptions = ["true", "false"]
  package let limit: Int
  private let head: MarkHead
  private let start: Int32
  private let separator: Int32
  private let mark: Int32

  /// Which become a space each in every text.
  private static let special = ["[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]"]

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    guard config["model_type"]?.string == ModernBERT.key, let file = folder.file("head.safetensors")
    else { return false }
    return WeightReader(try WeightFile(file)).has("head.weight")
  }

  package init(_ context: OptionContext) throws(TareError) {
    let file = "head.safetensors"
    let (reader, digest) = try context.headFile(file)
    headDigest = digest
    do throws(TareError) {
      head = try MarkHead(reader, [.linear("head")], hiddenSize: context.hiddenSize)
    } catch {
      throw error.inside(file)
    }
    limit = context.text.contextLength
    start = try context.id(of: "[CLS]")
    separator = try context.id(of: "[SEP]")
    mark = try context.id(of: "[MASK]")
  }

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    func ids(_ text: String) throws(TareError) -> [Int32] {
      try texts.ids(Self.special.reduce(text) { $0.replacing($1, with: " ") })
    }
    // The package's `choose` refuses one option.
    guard options.count > 1 else {
      throw .badData(place: "", found: "one option", accepted: "at least two")
    }
    var sequence = OptionSequence(
      ids: [start] + (try ids(try Self.text(question.instructions))) + [separator], positions: [])
    for option in options {
      sequence.positions.append(sequence.ids.count)
      sequence.ids.append(mark)
      sequence.ids += try ids(try Self.text(option, question.kind))
    }
    sequence.ids.append(separator)
    sequence.ids += try ids(try Self.state(state))
    sequence.ids.append(separator)
    return [sequence]
  }

  private static func text(_ value: JSONValue) throws(TareError) -> String {
    if let text = value.string { return text }
    return try value.compactPythonJSON
  }

  /// "key: value | key: value" of an object.
  private static func state(_ state: JSONValue) throws(TareError) -> String {
    guard let object = state.object else { return state == .null ? "" : try text(state) }
    var parts: [String] = []
    for (name, value) in object.members { parts.append("\(name): \(try text(value))") }
    return parts.joined(separator: " | ")
  }

  private static func text(
    _ option: DecisionQuestion.Option, _ kind: DecisionQuestion.Kind
  ) throws(TareError) -> String {
    let about = option.description
    guard kind != .noul else {
      guard about == .null || about == "" else {
        throw .badData(
          place: "", found: "a description of '\(option.name)'",
          accepted: "none: this model reads yes and no alone; ask a choice of two options")
      }
      return option.name == "true" ? "yes" : "no"
    }
    guard about != .null, about != "" else { return option.name.replacing("_", with: " ") }
    return try text(about)
  }

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    (states.first ?? []).map(head.score)
  }
}
