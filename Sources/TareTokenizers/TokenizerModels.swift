/// The kinds of tokenizer model, and what each must do.
package import TareCore

/// Turns words into tokens.
package protocol TokenizerModel: Registered, Sendable {
  /// The `type` in tokenizer.json; nil if such files do not have the model.
  static var typeName: String? { get }
  /// The names the model has in GGUF files (`tokenizer.ggml.model`).
  static var ggufNames: [String] { get }

  /// - Throws: `TareError.badData` if the vocabulary is not one that the model can work with.
  init(_ source: ModelSource, _ tokens: TokenTable) throws(TareError)

  /// Appends the tokens of each word of `text` (UTF-8) in turn.
  func encode(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32])
}

/// What a model is made of beside its tokens.
package struct ModelSource: Sendable {
  /// The model's object without its long lists, and its place for messages.
  var options: Part
  /// The merges, best first, each two spellings.
  var merges = Spellings()
  /// The score of each token, for the models that have them.
  var scores: [Double] = []
  /// The kind of each token by id, where a GGUF file says it.
  var types: [TokenType] = []
}

/// What a model keeps between the words of one text.
package struct Scratch {
  var merger = PairMerger()
  var cache = WordCache()
}

extension TokenizerModel {
  /// Encodes each word by `encode`, or as it was encoded before in the same text.
  func encodeCached(
    _ text: [UInt8], _ words: [Range<Int>], _ scratch: inout Scratch, into ids: inout [Int32],
    _ encode: (Range<Int>, inout Scratch, inout [Int32]) -> Void
  ) {
    for word in words {
      let hash = text.span.extracting(word).hash()
      if scratch.cache.appendTokens(of: text, word, hash, to: &ids) { continue }
      let start = ids.count
      encode(word, &scratch, &ids)
      scratch.cache.store(text, word, hash, tokens: ids[start...])
    }
  }
}

package enum TokenizerModels {
  package static let registry = Registry<any TokenizerModel.Type>(
    "tokenizer model",
    [
      BPE.self,
      Unigram.self,
      WordPiece.self,
      WordLevel.self,
      ScoredBPE.self,
    ]
  ) { $0 }

  /// - Throws: `TareError.badData` if the type is none of the models'.
  static func make(_ source: ModelSource, _ tokens: TokenTable) throws(TareError)
    -> any TokenizerModel
  {
    let name = try source.options.string("type")
    guard let kind = registry.entries.first(where: { $0.typeName == name }) else {
      throw .badData(
        place: source.options.place, found: "the model '\(name)'",
        accepted: registry.entries.compactMap { $0.typeName }.joined(separator: ", "))
    }
    return try kind.init(source, tokens)
  }

  /// - Throws: `TareError.badData` if no model has the name in GGUF files.
  static func kind(ggufName name: String) throws(TareError) -> any TokenizerModel.Type {
    guard let kind = registry.entries.first(where: { $0.ggufNames.contains(name) }) else {
      throw .badData(
        place: "tokenizer.ggml.model", found: "'\(name)'",
        accepted: registry.entries.flatMap { $0.ggufNames }.joined(separator: ", "))
    }
    return kind
  }
}
