/// What flatters: agreement with the user, and praise of the question.

package enum Agreement: PhraseCovariate {
  package static let key = "agreement"
  package static let id = "markers.agreement/1"
  package static let summary =
    "phrases of the response that agree with the user or praise the question"
  package static let phrases = [
    "you're right", "you are right", "you're absolutely right", "you are absolutely right",
    "you're correct", "you are correct", "great question", "good question",
    "excellent question", "great point", "good point", "excellent point", "great idea",
    "good idea", "i agree", "i completely agree", "i totally agree", "as you said",
    "as you mentioned", "as you noted", "glad you asked", "happy to help",
  ]
  package static let list = PhraseList(phrases)
}
