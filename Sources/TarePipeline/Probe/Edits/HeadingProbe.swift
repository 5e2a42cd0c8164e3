/// Structure without content.
package import TareCore

package enum HeadingProbe: TextProbe {
  package static let key = "heading"
  package static let summary = "puts a Markdown heading before the answer"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    let titles = ["# Answer", "## Answer", "## Overview"]
    return titles[random.next(below: titles.count)] + "\n\n" + response
  }
}
