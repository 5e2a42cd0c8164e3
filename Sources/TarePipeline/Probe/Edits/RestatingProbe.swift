/// The question, said once more.
package import TareCore

package enum RestatingProbe: TextProbe {
  package static let key = "restating"
  package static let summary = "puts the question before the answer"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    guard let question = prompt.last(where: { $0.role == "user" })?.content, !question.isEmpty
    else { return nil }
    let first = question.split(separator: "\n").first.map(String.init) ?? question
    return "You asked: \(first)\n\n" + response
  }
}
