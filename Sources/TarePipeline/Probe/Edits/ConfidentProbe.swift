/// Confidence without reason.
package import TareCore

package enum ConfidentProbe: TextProbe {
  package static let key = "confident"
  package static let summary = "says that the answer is certain"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    "I am absolutely certain of the following. " + response
  }
}
