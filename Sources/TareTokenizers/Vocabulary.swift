/// A tokenizer's vocabulary as a GGUF file holds it: plain values, so that this target need not know
/// the file's format.
package struct Vocabulary: Sendable {
  /// The kind of tokenizer (`tokenizer.ggml.model`): "gpt2" is byte-level byte-pair encoding,
  /// "llama" SentencePiece's.
  package var model: String
  /// The name of the pre-tokeniser (`tokenizer.ggml.pre`).
  package var pre: String
  /// The spelling of each token, its id being its place.
  package var tokens: [String]
  /// The kind of each token (`tokenizer.ggml.token_type`), one of `TokenType`'s raw values.
  package var types: [Int]
  /// The merges, best first, each the spellings of two tokens with a space between.
  package var merges: [String]
  /// The score of each token, for the model "llama".
  package var scores: [Double]
  package var bosID: Int?
  package var eosID: Int?
  package var unknownID: Int?
  package var paddingID: Int?
  /// Whether texts begin with BOS; nil where the file does not say, then the pre-tokeniser decides.
  package var addsBOS: Bool?
  /// Whether texts end with EOS.
  package var addsEOS: Bool
  /// Whether the model "llama" puts a space before texts.
  package var addsSpacePrefix: Bool

  package init(
    model: String, pre: String, tokens: [String], types: [Int], merges: [String],
    scores: [Double] = [], bosID: Int? = nil, eosID: Int? = nil, unknownID: Int? = nil,
    paddingID: Int? = nil,
    addsBOS: Bool? = nil, addsEOS: Bool = false, addsSpacePrefix: Bool = true
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.types = types
    self.merges = merges
    self.scores = scores
    self.bosID = bosID
    self.eosID = eosID
    self.unknownID = unknownID
    self.paddingID = paddingID
    self.addsBOS = addsBOS
    self.addsEOS = addsEOS
    self.addsSpacePrefix = addsSpacePrefix
  }
}
