/// A tokenizer with further special tokens, as transformers' `add_tokens` makes one.
package import TareCore

extension Tokenizer {
  /// The same tokenizer with special tokens that are found in texts as they stand; those that it has
  /// already stay as they are. New ones get the ids after the highest.
  package func adding(specialTokens: [String]) throws(TareError) -> Tokenizer {
    var stages = stages
    for content in specialTokens where id(of: content) == nil {
      stages.added.add(
        AddedToken(content: content, isSpecial: true), stages.table, vocabularySize: count)
    }
    return try Tokenizer(
      stages, UseIDs(bos: bosID, eos: eosID, pad: padID, unknown: unknownID))
  }
}
