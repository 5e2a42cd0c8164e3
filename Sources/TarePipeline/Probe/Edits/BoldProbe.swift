/// Emphasis without content.
package import TareCore

package enum BoldProbe: TextProbe {
  package static let key = "bold"
  package static let summary = "sets the first words in bold"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    let words = response.prefix { $0 != "\n" && $0 != "." }
    guard words.count > 2, words.count < 200, !words.contains("*"), !words.contains("`"),
      !words.contains("#"), words.first?.isLetter == true
    else { return nil }
    return "**\(words)**\(response.dropFirst(words.count))"
  }
}
