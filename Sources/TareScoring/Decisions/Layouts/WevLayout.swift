/// Pointer heads on decoders, as wev exports them (and kev's runs): state, then the question's branch.
internal import Foundation
package import TareCore
internal import TareEngine

/// Each question's branch follows the state as one causal sequence, which holds what the question may
/// see in wev's packed form, at the same positions (`rows_of`): the state is computed once for all.
///
/// Source: wev-ai 0.2.2 (Apache-2.0): wev/model.py, wev/api.py, wev/inference.py.
package struct WevLayout: OptionLayout {
  package static let key = "wev"
  package static let summary = "wev.json: a pointer or set head on a decoder (wev-ai, kev)"

  package let record: JSONObject
  package let headDigest: Digest?
  package let noulOptions = ["false", "true"]
  package let limit: Int
  private let temperature: Float
  private let longestState: Int
  private let longestBranch: Int
  private let head: Head
  private let tokens: Tokens

  private enum Head: Sendable {
    case pointer(PointerHead)
    case set(SetHead)
  }

  /// Rarely used tokens of Qwen's, which stand between the parts.
  private struct Tokens: Sendable {
    let state: Int32
    let question: Int32
    let option: Int32
    let optionEnd: Int32
    let decide: Int32
  }

  private static let files = ["wev.json", "webdecide.json"]
  private static let mostOptions = 255

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    files.contains { folder.file($0) != nil }
  }

  package init(_ context: OptionContext) throws(TareError) {
    guard let name = Self.files.first(where: { context.folder.file($0) != nil }),
      let json = try context.folder.object(name)
    else {
      throw .badData(place: Self.files[0], found: "no such file", accepted: "wev's settings")
    }
    record = [name: .object(json)]
    limit = context.text.contextLength
    do throws(TareError) {
      temperature = try Self.temperature(json)
      longestState = try Self.count(json, "max_state", default: 4096)
      longestBranch = try Self.count(json, "max_branch", default: 2048)
      let size = try Self.count(json, "head_dim", default: 256)
      let (reader, digest) = try context.headFile("head.safetensors")
      headDigest = digest
      switch json["head_type"]?.string {
      case "pointer", nil:
        head = .pointer(
          try PointerHead(reader, "", hiddenSize: context.hiddenSize, size: size))
      case "set":
        head = .set(
          try SetHead(
            reader, hiddenSize: context.hiddenSize, size: size, threads: context.threads))
      case let other?:
        throw .badData(place: "'head_type'", found: "'\(other)'", accepted: "pointer, set")
      }
    } catch {
      throw error.inside(name)
    }
    tokens = Tokens(
      state: try context.id(of: "<|fim_prefix|>"), question: try context.id(of: "<|fim_middle|>"),
      option: try context.id(of: "<|box_start|>"), optionEnd: try context.id(of: "<|box_end|>"),
      decide: try context.id(of: "<|fim_suffix|>"))
  }

  /// Absent, null and 0 are 1.
  private static func temperature(_ json: JSONObject) throws(TareError) -> Float {
    guard let value = json["temperature"], value != .null, value.number != 0 else { return 1 }
    guard let number = value.number, number > 0, Float(number).isFinite, Float(number) > 0 else {
      throw .badData(place: "'temperature'", found: value.text(), accepted: "a positive number")
    }
    return Float(number)
  }

  private static func count(
    _ json: JSONObject, _ key: String, default usual: Int
  ) throws(TareError) -> Int {
    guard let value = json[key], value != .null, value.number != 0 else { return usual }
    guard let count = value.int, (1...1 << 24).contains(count) else {
      throw .badData(place: "'\(key)'", found: value.text(), accepted: "a positive whole number")
    }
    return count
  }

  package func temperature(of question: DecisionQuestion) -> Float { temperature }

  // MARK: - Sequences

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    let least = question.kind == .score ? 2 : 1
    guard (least...Self.mostOptions).contains(options.count) else {
      throw .badData(
        place: "", found: "\(options.count) options",
        accepted: "\(least) to \(Self.mostOptions) options")
    }
    let own = try texts.ids(Self.unmarked(state.wevText()))
    guard own.count < longestState else {
      throw .badData(
        place: "prompt", found: "a state of \(own.count + 1) tokens",
        accepted: "at most \(longestState)")
    }
    var ids = [tokens.state] + own
    let start = ids.count
    ids.append(tokens.question)
    ids += try texts.ids(Self.unmarked(question.instructions.wevText()))
    var ends: [Int] = []
    for option in options {
      ids.append(tokens.option)
      ids += try texts.ids(Self.unmarked(Self.text(option, question.kind)))
      ends.append(ids.count)
      ids.append(tokens.optionEnd)
    }
    ids.append(tokens.decide)
    guard ids.count - start <= longestBranch else {
      throw .badData(
        place: "prompt", found: "a question of \(ids.count - start) tokens",
        accepted: "at most \(longestBranch)")
    }
    return [OptionSequence(ids: ids, positions: ends + [ids.count - 1])]
  }

  private static func text(
    _ option: DecisionQuestion.Option, _ kind: DecisionQuestion.Kind
  ) throws(TareError) -> String {
    let about = option.description
    switch kind {
    case .score: return try about.wevText()
    case .choice, .noul:
      let name = kind == .choice ? option.name : option.name == "true" ? "yes" : "no"
      return about == .null || about == "" ? name : "\(name): \(try about.wevText())"
    }
  }

  /// Texts cannot write the tokens between the parts.
  private static func unmarked(_ text: String) -> String {
    text.replacing(/<\|([A-Za-z0-9_]+)\|>/.matchingSemantics(.unicodeScalar)) {
      "<¦\($0.output.1)¦>"
    }
  }

  // MARK: - Scores

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    guard let read = states.first, let decision = read.last else { return [] }
    let options = Array(read.dropLast())
    return switch head {
    case .pointer(let head): head.scores(decision, options)
    case .set(let head): head.scores(decision, options)
    }
  }
}

extension JSONValue {
  /// Text for a model: members and elements on lines of their own (`render` of wev/api.py).
  fileprivate func wevText(_ indent: Int = 0) throws(TareError) -> String {
    let pad = String(repeating: "  ", count: indent)
    var lines: [String] = []
    switch self {
    case .null: return ""
    case .array(let values):
      for value in values {
        let text = try value.wevText(indent + 1).drop(while: \.isWhitespace)
        lines.append("\(pad)- \(text)")
      }
    case .object(let object):
      for (name, value) in object.members {
        lines.append(
          value.array != nil || value.object != nil
            ? "\(pad)\(name):\n\(try value.wevText(indent + 1))"
            : "\(pad)\(name): \(try value.wevText())")
      }
    default: return try pythonText.string ?? ""
    }
    return lines.joined(separator: "\n")
  }
}
