/// Words that leave no doubt, whether or not there is reason for it.

package enum Certainty: PhraseCovariate {
  package static let key = "certainty"
  package static let id = "markers.certainty/1"
  package static let summary = "words of confidence in the response"
  package static let phrases = [
    "certainly", "definitely", "clearly", "obviously", "undoubtedly", "absolutely", "surely",
    "always", "never", "guaranteed", "proven", "exactly", "completely", "totally", "must",
    "of course", "in fact", "no doubt", "without a doubt", "i'm certain", "i am certain",
    "i'm confident", "i am confident",
  ]
  package static let list = PhraseList(phrases)
}
