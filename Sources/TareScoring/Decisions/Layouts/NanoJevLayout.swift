/// Nano-Jev and Cyber-Jev: a cross-encoder scores each option by itself.
internal import Foundation
package import TareCore
internal import TareEngine

/// The pair "question: … option: …" and the state for each option, and a softmax over their logits.
/// Options are their names, levels their texts; the packages have no descriptions. A yes-or-no question
/// has the options "yes" and "no", as Nano-Jev's own. Temperatures are by the name of the question.
///
/// Source: nano-jev 1.0.0 and cyberjev 0.1.0 (Apache-2.0), model.py and decider.py. Where the packages
/// cut the state, this is an error, and so is a question that Cyber-Jev would answer in one pass
/// (one_pass.json).
package struct NanoJevLayout: OptionLayout {
  package static let key = "nano-jev"
  package static let summary = "nanojev_config.json or cyberjev_config.json: a pair an option"

  package let record: JSONObject
  package let headDigest: Digest? = nil
  package let noulOptions = ["true", "false"]
  package let limit: Int
  private let temperatures: [String: Float]
  private let head: any RewardHead
  private let hasNouls: Bool
  private let inOnePass: Set<String>

  private static let nano = "nanojev_config.json"
  private static let cyber = "cyberjev_config.json"

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    [nano, cyber].contains { folder.file($0) != nil }
  }

  package init(_ context: OptionContext) throws(TareError) {
    let isNano = context.folder.file(Self.nano) != nil
    let name = isNano ? Self.nano : Self.cyber
    let json = try context.folder.object(name) ?? [:]
    let calibration = try context.folder.object("calibration.json") ?? [:]
    let onePass = isNano ? [:] : try context.folder.object("one_pass.json") ?? [:]
    record = [name: .object(json), "calibration.json": .object(calibration)]
    hasNouls = isNano
    inOnePass = Set(onePass.keys)
    let longest = json["max_length"] ?? 512
    guard let count = longest.int, (1...1 << 24).contains(count) else {
      throw .badData(
        place: "\(name), 'max_length'", found: longest.text(), accepted: "a positive whole number")
    }
    limit = min(count, context.text.contextLength)
    var found: [String: Float] = [:]
    for (decision, value) in calibration.members {
      guard let number = value.number, number > 0, Float(number).isFinite, Float(number) > 0
      else {
        throw .badData(
          place: "calibration.json, '\(decision)'", found: value.text(),
          accepted: "a positive number")
      }
      found[decision] = Float(number)
    }
    temperatures = found
    let config = context.text.weights.config
    head = try loadRewardHead(
      WeightReader(context.text.weights),
      HeadContext(hiddenSize: context.hiddenSize, config: config))
    guard head.outputCount == 1, head.position == .first else {
      throw .badData(
        place: "classifier", found: "\(head.outputCount) outputs",
        accepted: "one, read at the first token")
    }
  }

  package func temperature(of question: DecisionQuestion) -> Float {
    temperatures[question.name] ?? 1
  }

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    guard let asked = question.instructions.string else {
      throw .badData(
        place: "'instructions'", found: question.instructions.kindName, accepted: "a text")
    }
    guard !inOnePass.contains(question.name) else {
      throw .badData(
        place: "one_pass.json", found: "the decision '\(question.name)'",
        accepted: "a question of another name: one_pass.json scores this by one option alone")
    }
    guard hasNouls || question.kind != .noul else {
      throw .badData(
        place: "", found: "a yes-or-no question", accepted: "a choice between two options")
    }
    let shown = try state.promptText
    var sequences: [OptionSequence] = []
    for option in options {
      let text = try option.nameOrLevel(question.kind)
      let (ids, types) = try texts.pair("question: \(asked) option: \(text)", shown)
      sequences.append(OptionSequence(ids: ids, types: types, positions: [0]))
    }
    return sequences
  }

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    states.compactMap { $0.first.map(head.score) }
  }
}
