/// Writing without capitals.
package import TareCore

package enum LowerCaseProbe: TextProbe {
  package static let key = "lower_case"
  package static let summary = "writes everything in lower case"
  package static let expectation = ProbeExpectation.worse
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    guard !response.contains("```") else { return nil }
    return response.lowercased()
  }
}
