/// Laya: ModernBERT, a mask before each option, layers of attention over the whole sequence and an MLP.
internal import Foundation
package import TareCore
package import TareEngine

/// `[CLS]` type question: … `[SEP]` (`[MASK]` option)… `[SEP]` state `[SEP]`. The type's embedding is added
/// to every state, two layers of attention follow, and the masks' states are scored. Temperatures are by
/// type and number of options, kept between 0.5 and 5. The head that advises to act or to abstain
/// is not read.
///
/// Source: laya 0.4.15 (Apache-2.0): laya/common.py and laya/agent.py. Where the package cuts
/// instructions, options or state that are too long, this is an error.
package struct LayaLayout: OptionLayout {
  package static let key = "laya"
  package static let summary = "rl_agent_config.json: marks, attention and an MLP on ModernBERT"
  package static let parts = FolderParts(config: "encoder", tokenizer: "tokenizer")

  package let record: JSONObject
  package let headDigest: Digest? = nil
  package let noulOptions = ["false", "true"]
  package let limit: Int
  private let longestHead: Int
  private let temperatures: LayaTemperatures
  /// [type][hiddenSize]
  private let types: [[Float]]
  private let layers: StateEncoder
  private let scorer: MarkHead
  private let start: Int32
  private let separator: Int32
  private let mark: Int32
  private let markText: String

  private static let settings = "rl_agent_config.json"
  private static let kinds: [DecisionQuestion.Kind] = [.choice, .score, .noul]
  /// Tokens of an option.
  private static let longestOption = 48
  /// Tokens that instructions have at least, before options are cut.
  private static let leastRoom = 16

  package static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool {
    folder.file(settings) != nil
  }

  package init(_ context: OptionContext) throws(TareError) {
    let json = try context.folder.object(Self.settings) ?? [:]
    record = [Self.settings: .object(json)]
    let width = context.hiddenSize
    let layerCount: Int
    do throws(TareError) {
      limit = min(try Self.count(json, "max_len", default: 512), context.text.contextLength)
      longestHead = try Self.count(json, "head_max_len", default: 192)
      layerCount = try Self.count(json, "head_layers", default: 2)
      temperatures = try LayaTemperatures(json)
      let layout = json["option_layout"] ?? "sequential"
      guard layout == "sequential" else {
        throw .badData(place: "'option_layout'", found: layout.text(), accepted: "sequential")
      }
    } catch {
      throw error.inside(Self.settings)
    }
    let reader = WeightReader(context.text.weights)
    types = try reader["type_emb.weight"].rows(Self.kinds.count, width)
    layers = try StateEncoder(
      reader, "head.layers", width: width, heads: max(1, width / 64), layers: layerCount,
      threads: context.threads)
    scorer = try MarkHead(
      reader, [.norm("scorer.0"), .linear("scorer.1"), .gelu, .linear("scorer.3")],
      hiddenSize: width)
    start = try context.id("cls_token")
    separator = try context.id("sep_token")
    mark = try context.id("mask_token")
    markText = context.text.specialTokens["mask_token"] ?? ""
  }

  private static func count(
    _ json: JSONObject, _ key: String, default usual: Int
  ) throws(TareError) -> Int {
    guard let value = json[key] else { return usual }
    guard let count = value.int, (0...1 << 24).contains(count) else {
      throw .badData(place: "'\(key)'", found: value.text(), accepted: "a whole number")
    }
    return count
  }

  package func temperature(of question: DecisionQuestion) -> Float {
    temperatures[question.kind, Self.kinds, question.options.count]
  }

  // MARK: - Sequences

  package func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence] {
    func ids(_ text: String) throws(TareError) -> [Int32] {
      try texts.ids(text.replacing(markText, with: " "))
    }
    var marked: [[Int32]] = []
    for option in options {
      let own = try ids(" " + Self.text(option, question.kind))
      guard own.count <= Self.longestOption else {
        throw .badData(
          place: "prompt", found: "\(own.count) tokens in the option '\(option.name)'",
          accepted: "at most \(Self.longestOption)")
      }
      marked.append([mark] + own)
    }
    let asked = try texts.ids(
      "\(question.kind.rawValue) question: "
        + Self.instructions(question).replacing(markText, with: " "))
    let room = longestHead - marked.reduce(0) { $0 + $1.count }
    guard room >= Self.leastRoom, asked.count <= room else {
      throw .badData(
        place: "prompt",
        found: "\(asked.count + longestHead - room) tokens in question and options",
        accepted: "at most \(longestHead), and \(Self.leastRoom) more than in the options")
    }
    var sequence = OptionSequence(ids: [start] + asked + [separator], positions: [])
    for own in marked {
      sequence.marks.append(sequence.ids.count)
      sequence.ids += own
    }
    sequence.ids.append(separator)
    let shown: String
    if let text = state.string { shown = text } else { shown = try state.pythonJSON }
    sequence.ids += try ids(shown)
    sequence.ids.append(separator)
    // The layers of attention read all.
    sequence.positions = Array(sequence.ids.indices)
    return [sequence]
  }

  private static func instructions(_ question: DecisionQuestion) throws(TareError) -> String {
    let asked = question.instructions
    let isEmpty =
      asked.string?.allSatisfy(\.isWhitespace) ?? asked.array?.isEmpty ?? asked.object?.isEmpty
      ?? true
    guard !isEmpty else {
      throw .badData(place: "'instructions'", found: "nothing", accepted: "what is asked")
    }
    if let text = asked.string { return text }
    return try asked.pythonJSON
  }

  private static func text(
    _ option: DecisionQuestion.Option, _ kind: DecisionQuestion.Kind
  ) throws(TareError) -> String {
    func shown(_ value: JSONValue) throws(TareError) -> String {
      if let text = value.string { return text }
      return try value.pythonJSON
    }
    let about = option.description
    let isEmpty = about == .null || about == ""
    switch kind {
    case .choice: return isEmpty ? option.name : "\(option.name): \(try shown(about))"
    case .score: return "level \(option.name): \(try shown(about))"
    case .noul:
      let usual =
        option.name == "true" ? "yes, the statement holds" : "no, the statement does not hold"
      return "\(option.name): \(isEmpty ? usual : try shown(about))"
    }
  }

  // MARK: - Scores

  package func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float] {
    guard let states = states.first, let marks = sequences.first?.marks,
      let type = Self.kinds.firstIndex(of: kind)
    else { return [] }
    let typed = states.map { zip($0, types[type]).map(+) }
    let attended = layers(typed)
    return marks.map { scorer.score(attended[$0]) }
  }
}

/// What Laya divides scores by: by type, or by type and number of options.
struct LayaTemperatures: Sendable {
  private let byType: [Float]
  private let byBucket: [String: Float]

  /// Numbers out of range are moved into it, and what is no number is 1, as in the package.
  init(_ json: JSONObject) throws(TareError) {
    let given = json["temperature"] ?? [1, 1, 1]
    guard let values = given.array, values.count == 3 else {
      throw .badData(place: "'temperature'", found: given.text(), accepted: "three numbers")
    }
    byType = values.map(Self.clamped)
    var buckets: [String: Float] = [:]
    for (name, value) in json["temperature_by_options"]?.object?.members ?? [] {
      buckets[name] = Self.clamped(value)
    }
    byBucket = buckets
  }

  private static func clamped(_ value: JSONValue) -> Float {
    let number = value.number ?? value.string.flatMap(Double.init) ?? 1
    guard number.isFinite else { return 1 }
    return Float(min(max(number, 0.5), 5))
  }

  subscript(
    kind: DecisionQuestion.Kind, kinds: [DecisionQuestion.Kind], count: Int
  ) -> Float {
    let size = count <= 2 ? "2" : count <= 5 ? "3-5" : count <= 10 ? "6-10" : "11+"
    if let own = byBucket["\(kind.rawValue):\(size)"] { return own }
    return kinds.firstIndex(of: kind).map { byType[$0] } ?? 1
  }
}
