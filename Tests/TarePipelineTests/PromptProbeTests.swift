/// Probes of prompts: what they change, and what they leave.
import TareCore
import TarePipeline
import Testing

@Suite struct PromptProbeTests {
  private let question: [Message] = [.user("Why?")]
  private let withSystem: [Message] = [.system("Be brief."), .user("Why?")]

  private func edit(_ key: String, _ prompt: [Message]) throws -> [Message]? {
    try PromptProbes.registry.entry(for: key).edit(prompt)
  }

  @Test func `a system prompt is put before prompts without one, or left out`() throws {
    #expect(
      try edit("system_prompt", question)
        == [.system("You are a helpful assistant."), .user("Why?")])
    #expect(try edit("system_prompt", withSystem) == nil)
    #expect(try edit("no_system_prompt", withSystem) == question)
    #expect(try edit("no_system_prompt", question) == nil)
    #expect(try edit("no_system_prompt", [.system("Alone.")]) == nil)
  }

  @Test func `white space goes behind the question alone`() throws {
    #expect(try edit("prompt_space", withSystem) == [.system("Be brief."), .user("Why? \n")])
    #expect(try edit("prompt_space", [.user("Why?"), .assistant("So.")]) == nil)
  }

  @Test func `keys are those of no probe of responses`() {
    let keys = PromptProbes.registry.keys
    #expect(keys == ["system_prompt", "no_system_prompt", "prompt_space"])
    #expect(Set(keys).isDisjoint(with: TextProbes.registry.keys))
  }
}
