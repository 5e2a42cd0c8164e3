/// Decision models with heads and sequences of their own, which packages beside transformers define.
internal import Foundation
package import TareCore
package import TareEngine
internal import TareTokenizers

package enum OptionLayouts {
  /// In the order in which they are looked for: the more particular first.
  package static let registry = Registry<any OptionLayout.Type>(
    "head layout",
    [
      LayaLayout.self,
      WevLayout.self,
      StrandsLayout.self,
      OpenJevLayout.self,
      OpenDeciderLayout.self,
      NanoJevLayout.self,
      DecisionTuneLayout.self,
    ]
  ) { $0 }

  /// That of a folder; nil for one that transformers reads.
  /// - Throws: `TareError.badData` for a head that is there and cannot be read.
  static func kind(
    of folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> (any OptionLayout.Type)? {
    for kind in registry.entries where try kind.recognizes(folder, config) { return kind }
    if folder.file("head.pt") != nil {
      throw .badData(
        place: "head.pt", found: "a head as a Python pickle",
        accepted: "safetensors: export the run with wev.export, which writes wev.json")
    }
    // bev-decisions 0.2.5, bev/model.py and bev/pro.py.
    let hasEncoder = folder.file("encoder/config.json") != nil
    if folder.file("bev_config.json") != nil || config["model_type"] == "bev-pro"
      || config["model_type"] == nil && config["temperatures"] != nil && hasEncoder
    {
      throw .badData(
        place: "folder", found: "a Beveridge model (bev-decisions)",
        accepted: "a model whose scores come from its tokens alone")
    }
    return nil
  }
}

/// How a head's questions are asked and read: what is encoded, which states are read, what scores they
/// give.
package protocol OptionLayout: Registered, Sendable {
  /// Where the model's folder keeps its configuration and its tokenizer.
  static var parts: FolderParts { get }
  /// The folder of a LoRA adapter whose base is elsewhere; nil for a folder with its own weights. Other
  /// parts are as seen from there.
  static var adapter: String? { get }
  /// Whether a folder is one of these.
  /// - Parameter config: config.json's content; empty where there is none.
  /// - Throws: `TareError.badData` for one that is, of a form that is not read.
  static func recognizes(
    _ folder: ModelTextFolder, _ config: JSONObject
  ) throws(TareError) -> Bool

  /// - Throws: `TareError.badData` that names the file and what is wrong with it.
  init(_ context: OptionContext) throws(TareError)

  /// The files that decide answers beside the model's own, for the digest.
  var record: JSONObject { get }
  /// SHA-256 of the head's own file; nil for one in the model's.
  var headDigest: Digest? { get }
  /// The longest sequence, in tokens.
  var limit: Int { get }
  /// The two options of a noul in the order in which the model reads them.
  var noulOptions: [String] { get }
  /// What scores are divided by; positive.
  func temperature(of question: DecisionQuestion) -> Float
  /// - Parameters:
  ///   - options: of the question, in the model's order.
  ///   - texts: encodes texts, of which none becomes a control token.
  /// - Throws: `TareError.badData` for what the layout has no place for; its place does not name the
  ///   question.
  func sequences(
    _ state: JSONValue, _ question: DecisionQuestion, _ options: [DecisionQuestion.Option],
    _ texts: PlainTexts
  ) throws(TareError) -> [OptionSequence]
  /// - Parameters:
  ///   - states: after the final norm, [sequence][position][hiddenSize].
  ///   - sequences: what they were read of.
  /// - Returns: one for each option, in the model's order.
  func scores(
    _ states: [[[Float]]], _ sequences: [OptionSequence], _ kind: DecisionQuestion.Kind
  ) -> [Float]
}

extension OptionLayout {
  package static var parts: FolderParts { FolderParts() }
  package static var adapter: String? { nil }
  package func temperature(of question: DecisionQuestion) -> Float { 1 }
}

/// Tokens, and where they are read.
package struct OptionSequence: Sendable, Hashable {
  package var ids: [Int32]
  /// Token types; empty for none.
  package var types: [Int32] = []
  /// Positions whose states are read.
  package var positions: [Int]
  /// Where options are marked, where more states are read than those.
  package var marks: [Int] = []
}

/// What a layout is opened with.
package struct OptionContext {
  let folder: ModelTextFolder
  let text: TextModel
  let threads: Int

  var hiddenSize: Int { text.size.hiddenSize }

  /// The id of a special token by its name in tokenizer_config.json.
  /// - Throws: `TareError.badData` where there is none.
  func id(_ name: String) throws(TareError) -> Int32 {
    guard let token = text.specialTokens[name], let id = text.tokenizer.id(of: token) else {
      throw .badData(place: "tokenizer, '\(name)'", found: "none", accepted: "a token")
    }
    return id
  }

  /// That of a token by its spelling.
  func id(of token: String) throws(TareError) -> Int32 {
    guard let id = text.tokenizer.id(of: token) else {
      throw .badData(place: "tokenizer", found: "no token '\(token)'", accepted: "one")
    }
    return id
  }
}

/// Encodes texts of requests: control tokens in them are encoded as text.
package struct PlainTexts: Sendable {
  private let tokenizer: Tokenizer
  private let controlTokens: ControlTokens

  init(_ text: TextModel) {
    tokenizer = text.tokenizer
    controlTokens = ControlTokens(
      text.tokenizer, chosen: text.chosenControlTokens, templateText: "")
  }

  func ids(_ text: String) throws(TareError) -> [Int32] {
    try controlTokens.encode(controlTokens.marked(text), tokenizer).ids
  }

  /// The tokens of a text in parts, and the last token of each part that is inside it as a whole; nil
  /// where there is none. Added tokens and what Unicode composes are as in the text as one.
  /// - Throws: `TareError.badData` for a tokenizer that changes the text.
  func ids(of parts: [String]) throws(TareError) -> (ids: [Int32], ends: [Int?]) {
    var parts = parts.map(ControlTokens.unmarked)
    let ids = try ids(parts.joined())
    let spelled = Array(try tokenizer.decode(ids, skipSpecialTokens: false).utf8)
    if !parts.joined().utf8.elementsEqual(spelled) {
      parts = parts.map(\.precomposedStringWithCanonicalMapping)
    }
    guard parts.joined().utf8.elementsEqual(spelled) else {
      throw .badData(
        place: "tokenizer", found: "tokens of another text than that of the prompt",
        accepted: "a tokenizer that keeps texts, as byte-level ones do")
    }
    // Bytes that the first tokens spell; a character of which some are missing does not count.
    func length(_ count: Int) throws(TareError) -> Int {
      let text = try tokenizer.decode(Array(ids.prefix(count)), skipSpecialTokens: false)
      return zip(text.utf8, spelled).prefix { $0 == $1 }.count
    }
    /// How many of the first tokens spell at most so many bytes.
    func tokens(within bytes: Int) throws(TareError) -> Int {
      var range = 0..<ids.count + 1
      while range.count > 1 {
        let middle = range.lowerBound + range.count / 2
        range =
          try length(middle) <= bytes
          ? middle..<range.upperBound : range.lowerBound..<middle
      }
      return range.lowerBound
    }
    var ends: [Int?] = []
    var start = 0
    for part in parts {
      let end = start + part.utf8.count
      let count = try tokens(within: end)
      let before = try length(max(count - 1, 0))
      ends.append(count > 0 && before >= start ? count - 1 : nil)
      start = end
    }
    return (ids, ends)
  }

  /// Two texts with the tokenizer's tokens around and between them, and the types of the tokens.
  func pair(
    _ first: String, _ second: String
  ) throws(TareError) -> (ids: [Int32], types: [Int32]) {
    for text in [first, second] {
      if let token = controlTokens.first(in: .string(text)) {
        throw .badData(
          place: "", found: "the control token '\(token)'",
          accepted: "texts without it: this model's tokenizer would encode it as a token")
      }
    }
    let (ids, types) = try tokenizer.encode(first, pair: second)
    return (ids, types)
  }
}

extension DecisionQuestion.Option {
  /// What a model without descriptions reads of an option: a level's text, yes or no, or the name.
  ///
  /// - Throws: `TareError.badData` for a description, and for a level that is no text.
  func nameOrLevel(_ kind: DecisionQuestion.Kind) throws(TareError) -> String {
    guard kind != .score else {
      guard let text = description.string else {
        throw .badData(
          place: "level \(name)", found: description.kindName, accepted: "a text")
      }
      return text
    }
    guard description == .null || description == "" else {
      throw .badData(
        place: "option '\(name)'", found: "a description",
        accepted: "none: this model reads names alone")
    }
    guard kind == .noul else { return name }
    return name == "true" ? "yes" : "no"
  }
}

extension JSONValue {
  private static let compact = Result {
    try ChatTemplateText("{{ x|tojson(separators=(',', ':')) }}")
  }
  private static let spaced = Result { try ChatTemplateText("{{ x|tojson }}") }

  /// What Python's `json.dumps(x, ensure_ascii=False)` writes, of strings too.
  var pythonJSON: String {
    get throws(TareError) { try Self.text(Self.spaced, self) }
  }

  /// The same with no spaces after commas and colons.
  var compactPythonJSON: String {
    get throws(TareError) { try Self.text(Self.compact, self) }
  }

  /// What a template makes of a value.
  static func text(
    _ template: Result<ChatTemplateText, any Error>, _ value: JSONValue
  ) throws(TareError) -> String {
    do { return try template.get().text(value) } catch {
      throw error as? TareError ?? .fault("\(error)")
    }
  }
}
