/// What no reader sees.
package import TareCore

package enum TrailingSpaceProbe: TextProbe {
  package static let key = "trailing_space"
  package static let summary = "ends with white space"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    response + "  \n"
  }
}
