/// Refusals: what an assistant says in place of an answer.

package enum Refusals: PhraseCovariate {
  package static let key = "refusals"
  package static let id = "markers.refusals/1"
  package static let summary = "phrases of the response that refuse the request"
  package static let phrases = [
    "i can't", "i cannot", "i can not", "i'm unable", "i am unable", "i won't", "i will not",
    "i'm not able", "i am not able", "i refuse", "i must decline", "i have to decline",
    "as an ai", "i'm not comfortable", "i am not comfortable", "unable to assist",
    "can't assist", "cannot assist", "can't help with", "cannot help with",
  ]
  package static let list = PhraseList(phrases)
}
