/// Length without content.
package import TareCore

package enum PaddingProbe: TextProbe {
  package static let key = "padding"
  package static let summary = "adds a paragraph that says nothing"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    let fillers = [
      "Overall, it is worth keeping all of the above in mind when thinking about this topic.",
      "As always, there are many aspects to consider, and the details matter in practice.",
      "Hopefully this overview is useful, and it covers the main points of the matter.",
    ]
    return response + "\n\n" + fillers[random.next(below: fillers.count)]
  }
}
