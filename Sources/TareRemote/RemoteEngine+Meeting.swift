/// Getting to know engines before they score: whose tokens they read, how texts go to them, and whether
/// all of them, now and after a restart, serve one model.
internal import Synchronization
internal import TareCore
internal import TareScoring

/// What an engine is asked before it scores.
struct Meeting: Sendable {
  /// Texts whose rewards tell one model from another, in each form that they can go in.
  let probes: [TextForm: [RemoteText]]
  /// A text, and what a tokenizer may make of it to be the right one; nil where nobody knows here.
  let sample: (text: String, tokens: [[Int32]])?
}

extension RemoteEngine {
  /// Asks an engine that is new, or was gone for a while, what `Meeting` has.
  ///
  /// - Throws: `RemoteFailure.final` if it has another tokenizer, refuses texts in every form, or scores
  ///   the probes otherwise than the engine that was asked first.
  func meet(_ index: Int) async throws(RemoteFailure) {
    let (meeting, isMet) = records.withLock { ($0.meeting, $0.facts[index].isMet) }
    guard let meeting, !isMet else { return }
    let model = wire.namesModel ? try await modelID(of: index) : nil
    try await checkTokenizer(index, meeting, model)
    // Of engines that keep what they computed, the first answer may have other last bits than those that
    // follow.
    _ = try await probe(index, meeting, model)
    let values = try await probe(index, meeting, model)
    let first = records.withLock { records -> [Float]? in
      records.facts[index].isMet = true
      if records.probes == nil { records.probes = values }
      return records.probes
    }
    guard let first, !EngineIdentity.areAlike(first, values) else { return }
    records.withLock { $0.facts[index].isMet = false }
    throw .final(
      .badData(
        place: connections[index].url,
        found: "the rewards \(EngineIdentity.text(values)) of Tare's probe texts",
        accepted:
          "\(EngineIdentity.text(first)), as the engines gave when the run began: it serves "
          + "another model, or weights that are random at each start"))
  }

  private func checkTokenizer(
    _ index: Int, _ meeting: Meeting, _ model: String?
  ) async throws(RemoteFailure) {
    guard let sample = meeting.sample,
      let question = wire.tokenQuestion(sample.text, model: model),
      let reply = try await connections[index].answer(to: question.body, at: question.path),
      let tokens = wire.tokens(in: reply)
    else { return }
    guard !sample.tokens.contains(tokens) else { return }
    let place = zip(tokens, sample.tokens[0]).prefix { $0 == $1 }.count
    throw .final(
      .badData(
        place: connections[index].address(question.path),
        found: "another tokenizer (\(tokens.count) tokens of a sample text, other ones from token "
          + "\(place) on)",
        accepted: "the tokenizer of the model given here (\(sample.tokens[0].count) tokens)"))
  }

  /// The probes' rewards, in the form that texts go in, which is found out with the first.
  private func probe(
    _ index: Int, _ meeting: Meeting, _ model: String?
  ) async throws(RemoteFailure) -> [Float] {
    let (known, isKnown) = records.withLock { ($0.form, $0.isFormKnown) }
    var refusal: RemoteFailure?
    for form in isKnown ? [known] : wire.textForms {
      guard let texts = meeting.probes[form], !texts.isEmpty else { continue }
      do throws(RemoteFailure) {
        let rewards = try await request(index, texts, first: 0, model: model)
        settle(form)
        return rewards.flatMap(\.values)
      } catch {
        guard case .final(.badData) = error else { throw error }
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
    return []
  }

  /// Meets those engines that answer, one at least.
  func meetAll(_ meeting: Meeting) async throws(TareError) {
    records.withLock { $0.meeting = meeting }
    try await ask { (index) throws(RemoteFailure) in try await self.meet(index) }
    for index in connections.indices {
      do throws(RemoteFailure) {
        try await meet(index)
      } catch {
        // One that is down is met when it is back.
        if case .final(let error) = error { throw error }
      }
    }
  }

  /// How texts go, and whether an engine has taken one so.
  var form: (form: TextForm, isKnown: Bool) { records.withLock { ($0.form, $0.isFormKnown) } }

  func settle(_ form: TextForm) {
    records.withLock { records in
      records.form = form
      records.isFormKnown = true
    }
  }
}
