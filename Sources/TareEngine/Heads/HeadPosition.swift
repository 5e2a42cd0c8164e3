/// Where a head wants to be read.
package enum HeadPosition: Sendable, Equatable {
  /// Where the user's or the model's read rule says.
  case readRule
  /// At the first token, whatever rule there is: encoders' poolers.
  case first
  /// The mean of all tokens' states.
  case mean
  /// Every token by itself, and the mean of what the head makes of them (EuroBERT).
  case late
  /// Two states one after the other: at the first token of the last place where this text stands, the
  /// end of the prompt, and where transformers' sequence classifiers read.
  case prompt(String)
}
