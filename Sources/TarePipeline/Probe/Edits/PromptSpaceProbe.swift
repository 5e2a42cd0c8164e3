/// White space behind the question.
package import TareCore

package enum PromptSpaceProbe: PromptProbe {
  package static let key = "prompt_space"
  package static let summary = "ends the question with white space"

  package static func edit(_ prompt: [Message]) -> [Message]? {
    guard let last = prompt.last, last.role == "user", last.isPlain else { return nil }
    return prompt.dropLast() + [.user(last.content + " \n")]
  }
}
