/// tokenizer.json, read in one pass: its long lists into flat arrays, the rest as JSON.
import TareCore

struct TokenizerFile {
  /// The top level without the model.
  var parts: Part
  /// The model without its long lists.
  var model: Part
  /// The tokens' spellings, and their ids; nil where the ids are the places.
  var vocabulary = Spellings()
  var ids: [Int]?
  /// The score of each token, of models that have them.
  var scores: [Double] = []
  /// The merges, best first, each two spellings.
  var merges = Spellings()

  /// The file's name in messages.
  static let name = "tokenizer.json"

  /// - Throws: `TareError.badData` that names line and column of what is no JSON, or the part that
  ///   is not what it must be.
  init(_ bytes: [UInt8]) throws(TareError) {
    parts = Part(JSONObject(), place: Self.name)
    model = Part(JSONObject(), place: "\(Self.name), model")
    var reader = JSONReader(bytes)
    do throws(TareError) {
      var file = (object: JSONObject(), hasModel: false)
      try reader.document { (reader) throws(TareError) in
        try reader.members { (name, reader) throws(TareError) in
          let name = String(decoding: name, as: UTF8.self)
          if name == "model" {
            file.hasModel = true
            try readModel(&reader)
          } else {
            file.object[name] = try reader.value()
          }
        }
      }
      guard file.hasModel else {
        throw .badData(place: "model", found: "nothing", accepted: "the tokenizer's model")
      }
      parts = Part(file.object, place: Self.name)
    } catch {
      throw error.inside(Self.name)
    }
    addType()
  }

  /// Files from before the type was written are told apart by their keys.
  private mutating func addType() {
    guard model.value("type") == nil else { return }
    var object = model.object
    let isWordPiece = ["max_input_chars_per_word", "continuing_subword_prefix"].contains {
      model.value($0) != nil
    }
    object["type"] = .string(
      merges.count > 0
        ? "BPE" : !scores.isEmpty ? "Unigram" : isWordPiece ? "WordPiece" : "WordLevel")
    model = Part(object, place: model.place)
  }

  private mutating func readModel(_ reader: inout JSONReader) throws(TareError) {
    var object = JSONObject()
    try reader.members { (name, reader) throws(TareError) in
      switch String(decoding: name, as: UTF8.self) {
      case "vocab": try readVocabulary(&reader)
      case "merges": try readMerges(&reader)
      case let name: object[name] = try reader.value()
      }
    }
    model = Part(object, place: model.place)
  }

  /// `{"token": id, …}`, or `[["token", score], …]`.
  private mutating func readVocabulary(_ reader: inout JSONReader) throws(TareError) {
    vocabulary = Spellings()
    ids = nil
    scores = []
    guard reader.isNext("{") else { return try readScores(&reader) }
    var ids: [Int] = []
    try reader.members { (name, reader) throws(TareError) in
      guard case .int(let id) = try reader.number() else {
        throw reader.error("an id that is not an integer", "an integer")
      }
      vocabulary.append { $0.append(contentsOf: name) }
      ids.append(id)
    }
    self.ids = ids
  }

  private mutating func readScores(_ reader: inout JSONReader) throws(TareError) {
    try reader.elements { (reader) throws(TareError) in
      var place = 0
      try reader.elements { (reader) throws(TareError) in
        switch place {
        case 0:
          try vocabulary.append { (bytes) throws(TareError) in
            try reader.appendString(to: &bytes)
          }
        case 1:
          let text = try reader.numberText().text
          guard let score = Double(serde: text), score.isFinite else {
            throw reader.error("the number \(text)", "a score in the range of a double")
          }
          scores.append(score)
        default: throw reader.error("a third value", "a token and its score")
        }
        place += 1
      }
      guard place == 2 else { throw reader.error("\(place) values", "a token and its score") }
    }
  }

  /// `["left right", …]`, or `[["left", "right"], …]`.
  private mutating func readMerges(_ reader: inout JSONReader) throws(TareError) {
    merges = Spellings()
    var line: [UInt8] = []
    try reader.elements { (reader) throws(TareError) in
      let before = merges.count
      if reader.isNext("[") {
        try reader.elements { (reader) throws(TareError) in
          try merges.append { (bytes) throws(TareError) in try reader.appendString(to: &bytes) }
        }
      } else {
        line.removeAll(keepingCapacity: true)
        try reader.appendString(to: &line)
        if line.starts(with: Array("#version".utf8)) { return }
        merges.appendPair(line)
      }
      guard merges.count == before + 2 else {
        throw reader.error("a merge of \(merges.count - before) tokens", "two tokens")
      }
    }
  }
}
