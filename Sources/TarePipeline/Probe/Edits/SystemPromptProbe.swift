/// The usual system prompt, where there is none.
package import TareCore

package enum SystemPromptProbe: PromptProbe {
  package static let key = "system_prompt"
  package static let summary = "puts a usual system prompt before prompts without one"

  package static func edit(_ prompt: [Message]) -> [Message]? {
    guard !prompt.contains(where: { $0.role == "system" }) else { return nil }
    return [.system("You are a helpful assistant.")] + prompt
  }
}
