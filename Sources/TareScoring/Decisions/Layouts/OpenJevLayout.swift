/// Open-Jev: an encoder, and an MLP on the means of the question's and an option's tokens.
internal import Foundation
package import TareCore
internal import TareEngine

/// `[CLS]` `[STATE]` state `[Q]` instructions (`[OPT]` option)… `[SEP]`. The means over the states of the
/// texts' tokens, without marks, are joined with their product and scored. Options are their names or
/// their levels' texts, and "no" and "yes"; the package has no descriptions. A state that is no text is
/// JSON with sorted names, as decision-toolkit writes it.
///
/// Source: open_jev.py, encoder.py and schema.py of typed-decisions (kotoba-lang), which the published
/// models have beside them; decision-toolkit 0.4.4 (MIT), adapters/openjev.py. Where the package cuts a
/// state, this is an error. The package asks all questions of a request in one sequence, in which their
/// answers depend on each other; here each has its own.
package struct OpenJevLayout: OptionLayout {
  package static let key = "open-jev"
  package static let summary = "open_jev_config.json: means of spans and an MLP on an encoder"

  package let record: JSONObject
  package let headDigest: Digest?
  package let noulOptions = ["false", "true"]
  package let limit: Int
  private let longestState: Int
  private let usualTemperature: Float
  private let head: MarkHead
  private let width: Int
  private let tokens: Tokens

  private struct Tokens: Sendable {
    let start: Int32
    let separator: Int32
    let state: Int32
    let question: Int32
    let option: Int32
  }

  private static let settings = "open_jev_config.json"
  private static let mostOptions = 255
  private static let mostLevels = 10

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    folder.file(settings) != nil
  }

  package init(_ context: OptionContext) throws(TareError) {
    let json = try context.folder.object(Self.settings) ?? [:]
    record = [Self.settings: .object(json)]
    width = context.hiddenSize
    do throws(TareError) {
      guard json["pool"] == "span" else {
        throw .badData(
          place: "'pool'", found: json["pool"]?.text() ?? "nothing", accepted: "span")
      }
      longestState = try Self.count(json, "max_state_tokens", default: 256)
      limit = min(try Self.count(json, "max_len", default: 512), context.text.contextLength)
      let given = json["temperature"] ?? 1
      guard let number = given.number.map({ Float($0) }), number > 0, number.isFinite else {
        throw .badData(
          place: "'temperature'", found: given.text(), accepted: "a positive number")
      }
      usualTemperature = number
      let file = "head.safetensors"
      let (reader, digest) = try context.headFile(file)
      headDigest = digest
      do throws(TareError) {
        head = try MarkHead(
          reader, [.linear("0"), .gelu, .linear("2")], hiddenSize: 3 * context.hiddenSize)
      } catch {
        throw error.inside(file)
      }
    } catch {
      throw error.inside(Self.settings)
    }
    tokens = Tokens(
      start: try context.id("cls_token"), separator: try context.id("sep_token"),
      state: try context.id(of: "[STATE]"), question: try context.id(of: "[Q]"),
      option: try context.id(of: "[OPT]"))
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

  package func temperature(of question: DecisionQuestion) -> Float { usualTemperature }

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
    guard let asked = question.instructions.string else {
      throw .badData(
        place: "'instructions'", found: question.instructions.kindName, accepted: "a text")
    }
    guard state.string != nil || state.array != nil || state.object != nil else {
      throw .badData(
        place: "state", found: state.kindName, accepted: "a string, an object or an array")
    }
    let shown = try texts.ids(state.openJevText())
    guard shown.count <= longestState else {
      throw .badData(
        place: "prompt", found: "a state of \(shown.count) tokens",
        accepted: "at most \(longestState)")
    }
    var ids = [tokens.start, tokens.state] + shown
    let start = ids.count
    ids.append(tokens.question)
    ids += try texts.ids(asked)
    var marks: [Int] = []
    for option in options {
      marks.append(ids.count)
      ids.append(tokens.option)
      ids += try texts.ids(option.nameOrLevel(question.kind))
    }
    let positions = Array(start..<ids.count)
    ids.append(tokens.separator)
    return [OptionSequence(ids: ids, positions: positions, marks: marks)]
  }

  // MARK: - Scores

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    guard let states = states.first, let sequence = sequences.first,
      let start = sequence.positions.first
    else { return [] }
    // The question's mark and the options', and the end.
    let marks = ([start] + sequence.marks).map { $0 - start } + [states.count]
    let means = zip(marks, marks.dropFirst()).map { mean(states[($0 + 1)..<$1]) }
    let question = means[0]
    return means.dropFirst().map { option in
      head.score(question + option + zip(question, option).map(*))
    }
  }

  /// Zeros of no states.
  private func mean(_ states: ArraySlice<[Float]>) -> [Float] {
    let sums = states.reduce(into: [Float](repeating: 0, count: width)) { sums, state in
      for (place, value) in state.enumerated() { sums[place] += value }
    }
    return sums.map { $0 / Float(max(states.count, 1)) }
  }
}

extension JSONValue {
  private static let shown = Result {
    try ChatTemplateText("{{ x if x is string else x|tojson(sort_keys=true) }}")
  }

  fileprivate func openJevText() throws(TareError) -> String { try Self.text(Self.shown, self) }
}
