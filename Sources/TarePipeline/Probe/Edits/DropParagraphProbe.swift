/// An answer that ends too early.
package import TareCore

package enum DropParagraphProbe: TextProbe {
  package static let key = "drop_paragraph"
  package static let summary = "deletes the last paragraph"
  package static let expectation = ProbeExpectation.worse
  package static let facts = ProbeFacts.none

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    let paragraphs = response.split(separator: "\n\n", omittingEmptySubsequences: true)
    guard paragraphs.count > 1 else { return nil }
    return paragraphs.dropLast().joined(separator: "\n\n")
  }
}
