/// A tokenizer with what is to be told of it.
package import TareTokenizers

package struct OpenedTokenizer: Sendable {
  package let tokenizer: Tokenizer
  /// The rules by which it was made.
  package var rules = TokenizerRules.five
  /// How the other version's differs; nil where it is the same.
  package var difference: TokenizerDifference?
  /// A class of transformers whose stages are not followed.
  package var unfollowedClass: String?

  package init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Sentences for people.
  package var notes: [String] {
    var notes: [String] = []
    if let difference {
      notes.append(
        "\(difference.text); those of \(rules.version) are used. Models trained before "
          + "transformers 5 have seen those of 4.57 (--tokens 4)")
    }
    if let unfollowedClass {
      notes.append(
        "transformers \(rules.version) loads this folder as a \(unfollowedClass), which Tare does "
          + "not implement: tokenizer.json is used as it is, and tokens may differ")
    }
    return notes
  }
}
