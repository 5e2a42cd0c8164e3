/// Apologies, with or without a reason.

package enum Apologies: PhraseCovariate {
  package static let key = "apologies"
  package static let id = "markers.apologies/1"
  package static let summary = "apologies of the response"
  package static let phrases = [
    "sorry", "apologize", "apologise", "apologizing", "apologising", "apologies", "apology",
    "regret", "my mistake", "my bad", "forgive me", "pardon me",
  ]
  package static let list = PhraseList(phrases)
}
