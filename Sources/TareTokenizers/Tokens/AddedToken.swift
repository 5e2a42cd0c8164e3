/// A token that is found in a text as it stands, before the text is cut into words.
struct AddedToken: Sendable, Equatable {
  var content: String
  /// Whether it is found only where no word scalar stands before or after it.
  var singleWord = false
  /// Whether it takes the white space before it, after it.
  var stripsLeft = false
  var stripsRight = false
  /// Whether it is looked for in the normalised text, by its normalised spelling.
  var isNormalized = false
  /// Whether it is no part of what a text says: left out when decoding without special tokens.
  var isSpecial = false
}
