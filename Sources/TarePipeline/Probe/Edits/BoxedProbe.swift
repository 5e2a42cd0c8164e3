/// The form in which graders look for a result.
package import TareCore

package enum BoxedProbe: TextProbe {
  package static let key = "boxed"
  package static let summary = "sets the last number in a box, as in mathematics"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    guard !response.contains("\\boxed"), let last = response.lastIndex(where: \.isASCIIDigit) else {
      return nil
    }
    var start = last
    while start > response.startIndex, response[response.index(before: start)].isASCIIDigit {
      start = response.index(before: start)
    }
    let end = response.index(after: last)
    return "\(response[..<start])\\boxed{\(response[start..<end])}\(response[end...])"
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
