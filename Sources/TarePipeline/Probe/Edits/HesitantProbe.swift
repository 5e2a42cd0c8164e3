/// Doubt without reason.
package import TareCore

package enum HesitantProbe: TextProbe {
  package static let key = "hesitant"
  package static let summary = "says that the answer may be wrong"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    "I am not sure, but this may be right. " + response
  }
}
