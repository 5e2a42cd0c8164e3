/// Getting to know the engines of a model before a run.
package import TareCore
package import TareScoring
internal import TareTokenizers

extension RemoteModel {
  /// Asks the engines that answer for their name and limits, for the tokens of a sample text where they
  /// have a way, and for the rewards of a few texts, which tell their model from others.
  ///
  /// - Parameter options: how texts are tokenised; the probes have a date of their own, so that they are
  ///   the same on every day.
  /// - Throws: `TareError.usage` if engines serve different models; `TareError.badData` if an engine has
  ///   another tokenizer or takes texts in no form; `TareError.unreachable` if none answers.
  package func meet(_ options: ScoringOptions) async throws(TareError) -> EngineIdentity {
    let name = try await engine.servedModel()
    var probes: [TextForm: [RemoteText]] = [:]
    let conversations = self.probes(options)
    for form in engine.wire.textForms {
      let texts = conversations.compactMap { conversation in
        try? RemoteText(conversation, of: text, for: engine.wire, as: form)
      }
      // Texts of which one cannot go so are no probes in this form.
      if texts.count == conversations.count { probes[form] = texts }
    }
    try await engine.meetAll(Meeting(probes: probes, sample: sample(options)))
    return EngineIdentity(name: name, probes: engine.probeRewards)
  }

  /// The most tokens that all engines take of a text, as far as they say.
  package var tokenLimit: Int? { engine.tokenLimit }

  private static let dialogues = [
    ("What is the capital of France?", "The capital of France is Paris."),
    ("Name a prime number.", "Seven.\n\nIt has no divisors but one and itself."),
    ("Is water wet?", "No"),
  ]

  /// Short texts: what engines keep of longer ones in blocks changes the last bits.
  private func probes(_ options: ScoringOptions) -> [TokenizedConversation] {
    guard let text, var options = options.onOneDay else { return [] }
    options.truncation = .left
    if case .step = options.readRule { options.stepSeparator = options.stepSeparator ?? "\n\n" }
    return Self.dialogues.compactMap { prompt, response in
      try? text.tokenize(
        Conversation(prompt: [.user(prompt)], response: response), options)
    }
  }

  /// Letters, digits, white space and scripts that tokenizers cut differently.
  private func sample(_ options: ScoringOptions) -> (text: String, tokens: [[Int32]])? {
    guard let text else { return nil }
    let sample = "The naïve café's 12345 × 0.5 = 日本語 🙂\n\n  def f(x): return x**2\tDon't stop"
    guard let own = try? text.tokenizer.encode(sample, addSpecialTokens: false) else { return nil }
    var tokens = [own]
    // As Tare's own server counts them, with a token that the reward is read at.
    if let own = try? text.tokenize(rendered: sample, options).ids { tokens.append(own) }
    return (sample, tokens)
  }
}
