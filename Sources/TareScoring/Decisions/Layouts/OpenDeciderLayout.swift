/// OpenDecider-nano: an encoder with a mask before each option, and a small MLP on the mask's state.
internal import Foundation
package import TareCore
internal import TareEngine

/// `[CLS]` question: … `[SEP]` (`[MASK]` option)… `[SEP]` input: state `[SEP]`.
///
/// Source: opendecider 0.9.0 (Apache-2.0): opendecider/nano.py, prompt.py, questions.py. Where the
/// package shortens a state that is too long, this is an error.
package struct OpenDeciderLayout: OptionLayout {
  package static let key = "opendecider"
  package static let summary = "opendecider.json of kind nano: marks and an MLP on an encoder"

  package let record: JSONObject
  package let headDigest: Digest?
  package let noulOptions = ["true", "false"]
  package let limit: Int
  private let head: MarkHead
  private let start: Int32
  private let separator: Int32
  private let mark: Int32

  private static let settings = "opendecider.json"

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    guard let json = try folder.object(settings) else { return false }
    guard json["kind"]?.string == "nano" else {
      throw .badData(
        place: "\(settings), 'kind'", found: json["kind"]?.text() ?? "nothing",
        accepted: "nano, small, small-mlx")
    }
    return true
  }

  package init(_ context: OptionContext) throws(TareError) {
    let json = try context.folder.object(Self.settings) ?? [:]
    record = [Self.settings: .object(json)]
    let longest = json["max_len"]?.int ?? 2048
    guard (1...1 << 24).contains(longest) else {
      throw .badData(
        place: "\(Self.settings), 'max_len'", found: "\(longest)",
        accepted: "a positive whole number")
    }
    limit = min(longest, context.text.contextLength)
    let file = "head.safetensors"
    let (reader, digest) = try context.headFile(file)
    headDigest = digest
    do throws(TareError) {
      head = try MarkHead(
        reader, [.linear("0"), .gelu, .norm("2"), .linear("3")], hiddenSize: context.hiddenSize)
    } catch {
      throw error.inside(file)
    }
    start = try context.id("cls_token")
    separator = try context.id("sep_token")
    mark = try context.id("mask_token")
  }

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    guard let asked = question.instructions.string, !asked.allSatisfy(\.isWhitespace) else {
      throw .badData(
        place: "'instructions'", found: question.instructions.kindName, accepted: "a text")
    }
    guard options.count > 1 else {
      throw .badData(place: "", found: "one option", accepted: "at least two")
    }
    var sequence = OptionSequence(
      ids: [start] + (try texts.ids("question: \(asked)")) + [separator], positions: [])
    for option in options {
      sequence.positions.append(sequence.ids.count)
      sequence.ids.append(mark)
      sequence.ids += try texts.ids(" " + Self.text(option, question.kind))
    }
    sequence.ids.append(separator)
    let shown: String
    if let text = state.string { shown = text } else { shown = try state.pythonJSON }
    sequence.ids += try texts.ids("input: \(shown)")
    sequence.ids.append(separator)
    return [sequence]
  }

  private static func text(
    _ option: DecisionQuestion.Option, _ kind: DecisionQuestion.Kind
  ) throws(TareError) -> String {
    var (name, about) = (option.name, option.description)
    if kind == .noul {
      let isTrue = name == "true"
      name = isTrue ? "yes" : "no"
      if about == .null { about = isTrue ? "Yes" : "No" }
    }
    guard let text = about.string else {
      guard about == .null else {
        throw .badData(
          place: "option '\(option.name)'", found: about.kindName,
          accepted: "a description that is a text: the package writes Python's form of others")
      }
      return name
    }
    return text.isEmpty || text == name ? name : "\(name): \(text)"
  }

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    (states.first ?? []).map(head.score)
  }
}
