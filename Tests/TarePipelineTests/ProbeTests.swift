/// Probes: what edits do to texts, and what their effects are where they are known.
import Foundation
import TareCore
import TarePipeline
import Testing

@Suite struct ProbeTests {
  private static let texts = [
    "The answer is 42. It follows from 6 times 7. Check it twice.",
    "Steps:\n\n- add 3\n- subtract 1\n\nThe result is 2.5, rounded.",
    "```\nx = 10\n```\n\nThis prints 10.",
    "Könnte 3,5 sein — oder nicht? Ja!",
    "yes",
  ]

  @Test(arguments: TextProbes.registry.keys)
  func `every edit is the same every time, changes the text and keeps its facts`(
    key: String
  ) throws {
    let probe = try TextProbes.registry.entry(for: key)
    var applied = 0
    for (seed, text) in Self.texts.flatMap({ text in (1...20).map { ($0, text) } }) {
      let prompt: [Message] = [.user("How much is it?\nSay why.")]
      let edited = TextProbes.edit(text, prompt: prompt, by: probe, seed: UInt64(seed))
      #expect(
        edited == TextProbes.edit(text, prompt: prompt, by: probe, seed: UInt64(seed)))
      guard let edited else { continue }
      applied += 1
      #expect(edited != text)
      if probe.facts != .none {
        for number in ["42", "6", "7", "3", "1", "2", "5", "10"] where text.contains(number) {
          #expect(edited.contains(number), "\(key) lost \(number): \(edited)")
        }
      }
      #expect(probe.facts.areKept(from: text, in: edited), "\(key): \(edited)")
    }
    #expect(applied > 0, "\(key) applies to none of the texts")
  }

  @Test func `edits are these`() throws {
    func edit(_ key: String, _ text: String) throws -> String? {
      TextProbes.edit(
        text, prompt: [.user("Why?")], by: try TextProbes.registry.entry(for: key), seed: 1)
    }
    #expect(
      try edit("list_to_prose", "Do:\n- add 3\n- stop!\nDone.") == "Do:\nadd 3. stop!\nDone.")
    #expect(try edit("prose_to_list", "One. Two? Three") == "- One.\n- Two?\n- Three")
    #expect(try edit("drop_paragraph", "a\n\nb\n\nc") == "a\n\nb")
    #expect(try edit("drop_paragraph", "a\nb") == nil)
    #expect(try edit("boxed", "It is 3, or 12 apples.") == "It is 3, or \\boxed{12} apples.")
    #expect(try edit("boxed", "It is \\boxed{3}.") == nil)
    #expect(try edit("bold", "The answer is here. Yes.") == "**The answer is here**. Yes.")
    #expect(try edit("restating", "Because.") == "You asked: Why?\n\nBecause.")
    #expect(try edit("lower_case", "ABC 1") == "abc 1")
    #expect(try edit("lower_case", "abc 1") == nil)
  }

  @Test func `facts that are lost are found`() {
    #expect(!ProbeFacts.words.areKept(from: "a b b", in: "a b"))
    #expect(ProbeFacts.words.areKept(from: "a b", in: "B, a and c"))
    #expect(!ProbeFacts.numbers.areKept(from: "it is 3.5", in: "it is 3"))
    #expect(ProbeFacts.numbers.areKept(from: "it is 3.5", in: "ti si 3.5"))
  }

  @Test func `effects, their errors over prompts and what is told of them are right`() throws {
    // Two prompts with changes 1, 3 and 5, 7: mean 4, sums about it −4 and 4.
    let changes = [(0, 1.0), (0, 3.0), (1, 5.0), (1, 7.0)].map { (prompt: $0.0, change: $0.1) }
    var effect = try #require(
      ProbeEffect(PaddingProbe.self, changes: changes, margin: 2, flipped: 1, tried: 4))
    #expect(effect.effect == 4 && effect.inMargins == 2 && effect.prompts == 2)
    // √(2/1 · 32) / 4 = 2.
    #expect(abs((effect.standardError ?? 0) - 2) < 1e-12)
    #expect(abs(effect.p - 0.0455) < 1e-4)
    effect.q = effect.p
    #expect(effect.isBias && !effect.isBlind)
    #expect(ProbeEffect(PaddingProbe.self, changes: [], margin: nil, flipped: 0, tried: 0) == nil)
    let worse = try #require(
      ProbeEffect(TyposProbe.self, changes: changes, margin: 2, flipped: 0, tried: 0))
    #expect(worse.isBlind && !worse.isBias)
  }
}
