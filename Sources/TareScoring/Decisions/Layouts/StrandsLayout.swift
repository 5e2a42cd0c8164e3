/// Strands Decider: a pointer head with a norm on a decoder, changed by a LoRA.
internal import Foundation
package import TareCore
package import TareEngine
internal import TareTokenizers

/// `<state>` state `</state>`, and per question its type, a sentence for the type, instructions and
/// numbered options, up to `<answer>`, whose state asks. The options' are those of the last tokens
/// inside their lines. State and question are encoded apart. A yes or no without a description has a
/// sentence of the package's.
///
/// Source: strands-decider 0.2.0 (Apache-2.0): strands_decider/modeling.py, prompting.py, infer.py and
/// schema.py. Where the package cuts a state or a question, this is an error.
package struct StrandsLayout: OptionLayout {
  package static let key = "strands"
  package static let summary = "strands_decider_config.json: a pointer head on a LoRA in lora/"
  package static let parts = FolderParts(tokenizer: "..")
  package static let adapter: String? = "lora"

  package let record: JSONObject
  package let headDigest: Digest?
  package let noulOptions = ["false", "true"]
  package let limit: Int
  private let longestQuestion: Int
  private let temperatures: [String: Float]
  private let usualTemperature: Float
  private let head: PointerHead
  /// What the tokenizer puts before texts.
  private let start: [Int32]

  private static let files = ["strands_decider_config.json", "hobson_config.json"]
  private static let mostOptions = 255
  private static let mostLevels = 10

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    guard let name = files.first(where: { folder.file($0) != nil }),
      let json = try folder.object(name)
    else { return false }
    let isChanged = (json["full_weight_targets"]?.array ?? []).isEmpty
    for (key, found, accepted) in [
      ("head_type", json["head_type"] ?? "slot", "pointer" as JSONValue),
      ("use_lora", json["use_lora"] ?? true, true),
      ("full_weight_targets", isChanged ? .array([]) : json["full_weight_targets"] ?? .null, []),
    ] where found != accepted {
      throw .badData(
        place: "\(name), '\(key)'", found: found.text(), accepted: accepted.text())
    }
    guard folder.file("slot_head.pt") == nil else {
      throw .badData(
        place: "slot_head.pt", found: "a head as a Python pickle",
        accepted: "head.safetensors alone, as strands_decider.hf_export writes it")
    }
    return true
  }

  package init(_ context: OptionContext) throws(TareError) {
    let (folder, text) = (context.folder, context.text)
    let name = Self.files.first { folder.file($0) != nil } ?? Self.files[0]
    let json = try folder.object(name) ?? [:]
    record = [name: .object(json)]
    do throws(TareError) {
      let longest = try Self.count(json, "max_length", default: 3072)
      limit = min(longest, text.contextLength)
      // Of a longer one the package cuts the beginning.
      longestQuestion = max(1, longest * 3 / 4)
      usualTemperature = try Self.temperature(json["temperature"] ?? 1, "temperature")
      let byKind = json["temperature_by_kind"]?.object ?? [:]
      var found: [String: Float] = [:]
      for (kind, value) in byKind.members {
        found[kind] = try Self.temperature(value, "temperature_by_kind.\(kind)")
      }
      temperatures = found
      let (reader, digest) = try context.headFile("head.safetensors")
      headDigest = digest
      head = try PointerHead(
        reader, "", norm: "norm", hiddenSize: context.hiddenSize,
        size: try Self.count(json, "pointer_dim", default: 256))
    } catch {
      throw error.inside(name)
    }
    var around = text.tokenizer.specialTokens()
    if json["force_bos"] == true, let bos = text.tokenizer.bosID, around.before.first != bos {
      around = ([bos], [])
    }
    guard around.after.isEmpty else {
      throw .badData(
        place: "tokenizer", found: "tokens that are put behind texts", accepted: "none")
    }
    start = around.before
  }

  private static func count(
    _ json: JSONObject, _ key: String, default usual: Int
  ) throws(TareError) -> Int {
    let value = json[key] ?? .int(usual)
    guard let count = value.int, (1...1 << 24).contains(count) else {
      throw .badData(place: "'\(key)'", found: value.text(), accepted: "a positive whole number")
    }
    return count
  }

  private static func temperature(
    _ value: JSONValue, _ key: String
  ) throws(TareError) -> Float {
    guard let number = value.number.map({ Float($0) }), number.isFinite, number >= 1e-6 else {
      throw .badData(place: "'\(key)'", found: value.text(), accepted: "a positive number")
    }
    return number
  }

  package func temperature(of question: DecisionQuestion) -> Float {
    temperatures[question.kind.rawValue] ?? usualTemperature
  }

  // MARK: - Sequences

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    let most = question.kind == .score ? Self.mostLevels : Self.mostOptions
    guard (2...most).contains(options.count) else {
      throw .badData(
        place: "", found: "\(options.count) options", accepted: "2 to \(most) options")
    }
    for (value, place) in [(state, "state"), (question.instructions, "'instructions'")] {
      guard value.string != nil || value.array != nil || value.object != nil else {
        throw .badData(
          place: place, found: value.kindName, accepted: "a string, an object or an array")
      }
    }
    var ids = start + (try texts.ids("<state>\n\(state.strandsText())\n</state>\n"))
    var parts = [
      "<question type=\"\(question.kind.rawValue)\">\n\(Self.task(question.kind))\n"
        + "\(try question.instructions.strandsText())\n<options>\n"
    ]
    for (place, option) in options.enumerated() {
      parts.append("\(place + 1). \(try Self.text(option, question.kind))")
      parts.append("\n")
    }
    parts.append("</options>\n</question>\n<answer>")
    let (own, ends) = try texts.ids(of: parts)
    guard own.count <= longestQuestion else {
      throw .badData(
        place: "prompt", found: "a question of \(own.count) tokens",
        accepted: "at most \(longestQuestion)")
    }
    var positions: [Int] = []
    for (place, option) in options.enumerated() {
      guard let end = ends[2 * place + 1] else {
        throw .badData(
          place: "option '\(option.name)'", found: "no token inside its line",
          accepted: "a tokenizer that keeps line ends apart")
      }
      positions.append(ids.count + end)
    }
    ids += own
    return [OptionSequence(ids: ids, positions: positions + [ids.count - 1])]
  }

  private static func task(_ kind: DecisionQuestion.Kind) -> String {
    switch kind {
    case .noul: "Decide whether the statement is true of the state."
    case .choice: "Select exactly one option."
    case .score: "Rate the state against the ordered levels below (lowest first)."
    }
  }

  /// What stands behind an option's number: descriptions on one line.
  private static func text(
    _ option: DecisionQuestion.Option, _ kind: DecisionQuestion.Kind
  ) throws(TareError) -> String {
    var about = option.description
    if kind == .noul, about == .null {
      about =
        option.name == "true"
        ? "the statement holds for this state" : "the statement does not hold for this state"
    }
    guard kind != .score || about.string != nil else {
      throw .badData(place: "level \(option.name)", found: about.kindName, accepted: "a text")
    }
    let line = try about.strandsLine()
    return line.isEmpty ? option.name : "\(option.name) \u{2014} \(line)"
  }

  // MARK: - Scores

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    guard let read = states.first, let decision = read.last else { return [] }
    return head.scores(decision, Array(read.dropLast()))
  }
}

extension JSONValue {
  private static let stripped = Result {
    try ChatTemplateText(
      "{{ '' if x is none else x.strip() if x is string else x|tojson(indent=2) }}")
  }
  private static let onOneLine = Result { try ChatTemplateText("{{ x.split()|join(' ') }}") }

  /// A string without white space around it, nothing for null, and else JSON on lines of its own.
  fileprivate func strandsText() throws(TareError) -> String {
    try Self.text(Self.stripped, self)
  }

  /// The same with one space for each stretch of white space.
  fileprivate func strandsLine() throws(TareError) -> String {
    try Self.text(Self.onOneLine, .string(strandsText()))
  }
}
