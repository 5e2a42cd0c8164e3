/// A conversation without its system prompt.
package import TareCore

package enum NoSystemPromptProbe: PromptProbe {
  package static let key = "no_system_prompt"
  package static let summary = "leaves the system prompt out"

  package static func edit(_ prompt: [Message]) -> [Message]? {
    let others = prompt.filter { $0.role != "system" }
    return others.count < prompt.count && !others.isEmpty ? others : nil
  }
}
