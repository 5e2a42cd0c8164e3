/// Words that take a statement back in part.

package enum Hedges: PhraseCovariate {
  package static let key = "hedges"
  package static let id = "markers.hedges/1"
  package static let summary = "hedging words of the response"
  package static let phrases = [
    "might", "may", "could", "perhaps", "possibly", "probably", "likely", "maybe", "seems",
    "seem", "appears", "appear", "suggests", "generally", "typically", "usually", "often",
    "sometimes", "somewhat", "roughly", "approximately", "unclear", "uncertain", "i think",
    "i believe", "i'm not sure", "i am not sure", "it depends", "in my opinion",
  ]
  package static let list = PhraseList(phrases)
}
