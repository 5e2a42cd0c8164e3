/// How much a response speaks of itself.

package enum FirstPerson: PhraseCovariate {
  package static let key = "first_person"
  package static let id = "markers.first-person/1"
  package static let summary = "first-person pronouns of the response"
  package static let phrases = [
    "i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself",
  ]
  package static let list = PhraseList(phrases)
}
