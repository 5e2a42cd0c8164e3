/// The same content as a list.
package import TareCore

package enum ProseToListProbe: TextProbe {
  package static let key = "prose_to_list"
  package static let summary = "turns sentences into Markdown bullets"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    guard !response.contains("\n"), !response.contains("```") else { return nil }
    var sentences: [String] = []
    var sentence = ""
    for character in response {
      if character == " ", sentence.last.map({ ".!?".contains($0) }) == true {
        sentences.append(sentence)
        sentence = ""
      } else {
        sentence.append(character)
      }
    }
    if !sentence.isEmpty { sentences.append(sentence) }
    guard sentences.count > 1 else { return nil }
    return sentences.map { "- " + $0 }.joined(separator: "\n")
  }
}
