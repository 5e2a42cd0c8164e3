/// The kinds of tokenizer model, and what each must do.
package import TareCore

/// Turns words into tokens, and tokens into bytes.
package protocol TokenizerModel: Registered, Sendable {
  /// The names the model has in GGUF files (`tokenizer.ggml.model`).
  static var ggufNames: [String] { get }

  /// - Throws: `TareError.badData` if the vocabulary is not one that the model can work with.
  init(_ vocabulary: Vocabulary, _ tokens: TokenTable, _ pre: NamedPreTokenizer) throws(TareError)

  /// Appends the tokens of each word of `text` (UTF-8) in turn.
  func encode(_ text: borrowing Span<UInt8>, _ words: [Range<Int>], into ids: inout [Int32])

  /// Appends the bytes that a token of the vocabulary stands for.
  func decode(_ id: Int32, into bytes: inout [UInt8])
}

package enum TokenizerModels {
  package static let registry = Registry<any TokenizerModel.Type>(
    "tokenizer model",
    [
      BPE.self
    ]
  ) { $0 }
}
