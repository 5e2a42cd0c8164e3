/// Where a head wants to be read.
package enum HeadPosition: Sendable {
  /// Where the user's or the model's read rule says.
  case readRule
  /// At the first token, whatever rule there is: encoders' poolers.
  case first
  /// The mean of all tokens' states.
  case mean
}
