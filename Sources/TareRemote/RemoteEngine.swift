/// Engines elsewhere that score texts: in batches, spread over them, every reply checked.
internal import Synchronization
package import TareCore

/// One engine, or several that serve the same model: a batch goes to the least busy one, and to another
/// when an engine does not answer.
package final class RemoteEngine: Sendable {
  let wire: any RemoteProtocol.Type
  let options: RemoteOptions
  let attempts: RemoteAttempts
  let records: Mutex<EngineRecords>
  /// Whether the engines' model scores tokens.
  private let tokensAreScored = Mutex(false)

  /// - Parameters:
  ///   - urls: the engines' addresses, at least one; the protocol's own path is added to one that has
  ///     none.
  ///   - key: a key of `RemoteEngines`.
  /// - Throws: `TareError.usage` for an unknown protocol, a text that is no URL and options out of
  ///   range. The engines are not called.
  package init(
    urls: [String], protocol key: String, _ options: RemoteOptions = RemoteOptions()
  ) throws(TareError) {
    let wire = try RemoteEngines.registry.entry(for: key)
    try options.check()
    guard !urls.isEmpty else { throw .usage("engine: expected at least one address, found none") }
    self.wire = wire
    let connections = try urls.map { (url) throws(TareError) in
      try RemoteConnection(url: url, path: wire.path, or: wire.ofTokens?.path, options)
    }
    self.options = options
    attempts = RemoteAttempts(connections, options)
    records = Mutex(EngineRecords(count: urls.count, form: wire.textForms.first ?? .text))
    if connections.contains(where: \.isOther) { scoresTokens() }
  }

  var connections: [RemoteConnection] { attempts.connections }

  /// Where requests go.
  package var urls: [String] { connections.map(\.url) }

  /// Whether tokens, and messages that are not rendered, can be sent.
  package var takesTokens: Bool { wire.takesTokens }
  package var takesMessages: Bool { wire.takesMessages }

  /// The most tokens that all engines take of a text, as far as they say.
  package var tokenLimit: Int? { records.withLock { $0.facts.compactMap(\.limit).min() } }
  /// How often an engine was lost and came back: another model may be there since.
  package var returns: Int { records.withLock { $0.returns } }
  /// What the engine that was met first makes of the probes.
  var probeRewards: [Float] { records.withLock { $0.probes ?? [] } }

  /// Requests that are sent at the same time.
  package var capacity: Int { connections.count * options.concurrency }

  /// Whether texts are sent as the protocol does for models that score tokens.
  package var areTokensScored: Bool { tokensAreScored.withLock { $0 } }

  /// From now on texts are sent as the protocol does for models that score tokens, if it has a way.
  func scoresTokens() { tokensAreScored.withLock { $0 = true } }

  /// Rewards of texts, in their order; of tokens that of the last.
  /// - Throws: as `rewards`.
  package func score(_ texts: [RemoteText]) async throws(TareError) -> [Float] {
    try await rewards(texts).map { (reward) throws(TareError) in
      guard let last = reward.values.last else {
        throw .unreachable("\(addresses): a reply without a value")
      }
      return last
    }
  }

  /// Rewards of texts, in their order.
  ///
  /// - Throws: `TareError.unreachable` that names the URL if no engine gives an answer in all
  ///   attempts, or one answers something else than one finite number a text; `TareError.badData` if
  ///   it refuses the texts; `TareError.interrupted` if the task is cancelled.
  package func rewards(_ texts: [RemoteText]) async throws(TareError) -> [RemoteReward] {
    let batches = batches(texts)
    var rewards = Array(repeating: [RemoteReward](), count: batches.count)
    let failure = await withTaskGroup(of: Answered.self) { group -> TareError? in
      var next = 0
      while next < min(capacity, batches.count) {
        group.addTask { [next] in await self.answer(texts, batches[next], number: next) }
        next += 1
      }
      while let answered = await group.next() {
        switch answered.result {
        case .success(let values): rewards[answered.number] = values
        case .failure(let error):
          group.cancelAll()
          return error
        }
        guard next < batches.count else { continue }
        group.addTask { [next] in await self.answer(texts, batches[next], number: next) }
        next += 1
      }
      return nil
    }
    if let failure { throw failure }
    return rewards.flatMap { $0 }
  }

  /// What the engines say that they serve; nil where they do not say.
  /// - Throws: `TareError.usage` if they serve different models; `TareError.unreachable` if none
  ///   answers.
  package func servedModel() async throws(TareError) -> String? {
    if let model = options.model { return model }
    // That one answers at all is worth waiting for; the others may be down.
    _ = try await ask { (index) throws(RemoteFailure) in try await self.facts(of: index) }
    for index in connections.indices { _ = try? await facts(of: index) }
    let known = records.withLock { records in
      records.facts.enumerated().compactMap { index, facts in
        facts.whole.map { (url: connections[index].url, name: $0) }
      }
    }
    if let first = known.first, let other = known.first(where: { $0.name != first.name }) {
      throw .usage(
        "engines: expected one model, found \(first.name) at \(first.url) and \(other.name) at \(other.url)"
      )
    }
    return known.first?.name
  }

  /// Whether an engine answers.
  package func isReady() async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      for connection in connections { group.addTask { await connection.isReady() } }
      defer { group.cancelAll() }
      return await group.first { $0 } ?? false
    }
  }

  // MARK: - Batches

  private struct Answered: Sendable {
    let number: Int
    let result: Result<[RemoteReward], TareError>
  }

  private func answer(
    _ texts: [RemoteText], _ batch: Range<Int>, number: Int
  ) async -> Answered {
    do throws(TareError) {
      return Answered(number: number, result: .success(try await score(texts, batch)))
    } catch {
      return Answered(number: number, result: .failure(error))
    }
  }

  /// Texts of one form, at most `batchSize`; messages for the engine to render one by one.
  private func batches(_ texts: [RemoteText]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    for index in texts.indices {
      if let last = batches.last, last.count < options.batchSize,
        texts[last.lowerBound].form == texts[index].form, texts[index].chat == nil,
        texts[last.lowerBound].chat == nil
      {
        batches[batches.count - 1] = last.lowerBound..<index + 1
      } else {
        batches.append(index..<index + 1)
      }
    }
    return batches
  }

  private func score(
    _ texts: [RemoteText], _ batch: Range<Int>
  ) async throws(TareError) -> [RemoteReward] {
    try await ask { (index) throws(RemoteFailure) in
      try await self.meet(index)
      return try await self.request(
        index, Array(texts[batch]), first: batch.lowerBound,
        model: self.wire.namesModel ? try await self.modelID(of: index) : nil)
    }
  }

  // MARK: - Requests

  /// What one engine says of texts.
  ///
  /// - Parameters:
  ///   - first: the place of the first text among all that are scored.
  ///   - model: what the engine calls its model, where a request says it.
  func request(
    _ index: Int, _ texts: [RemoteText], first: Int, model: String?
  ) async throws(RemoteFailure) -> [RemoteReward] {
    let request = EngineRequest(
      texts: texts, first: first, model: model, connection: connections[index],
      output: options.output)
    guard let ofTokens = wire.ofTokens else { return try await request.rewards(wire) }
    let path = request.connection.isOther ? nil : ofTokens.path
    if areTokensScored { return try await request.rewards(ofTokens, at: path) }
    do throws(RemoteFailure) {
      return try await request.rewards(wire)
    } catch {
      // A server of such a model has no other path.
      guard case .missing(let whole) = error else { throw error }
      do throws(RemoteFailure) {
        let rewards = try await request.rewards(ofTokens, at: path)
        scoresTokens()
        return rewards
      } catch {
        guard case .missing = error else { throw error }
        throw .final(whole)
      }
    }
  }

  func modelID(of index: Int) async throws(RemoteFailure) -> String? {
    if let model = options.model { return model }
    return try await facts(of: index).name
  }

  /// Asked once, until the engine stops answering; one that does not say is not asked again either.
  func facts(of index: Int) async throws(RemoteFailure) -> EngineFacts {
    var facts = records.withLock { $0.facts[index] }
    guard !facts.isAsked else { return facts }
    for path in wire.modelPaths {
      guard let reply = try await connections[index].get(path) else { continue }
      facts.take(reply)
      if facts.name != nil { break }
    }
    facts.isAsked = true
    return records.withLock { [facts] records in
      let isMet = records.facts[index].isMet
      records.facts[index] = facts
      records.facts[index].isMet = isMet
      return records.facts[index]
    }
  }

  /// Sends a request until there is an answer: what fails on one engine goes to another, or again to the
  /// same after a pause.
  func ask<Value: Sendable>(
    _ request: @Sendable (Int) async throws(RemoteFailure) -> Value
  ) async throws(TareError) -> Value {
    try await attempts.ask(
      isCounted: false, addresses: addresses, answered: answered, lost: lost, request)
  }

  /// Where the last requests went.
  private var addresses: String {
    let path = tokensAreScored.withLock { $0 } ? wire.ofTokens?.path : nil
    return connections.map { $0.isOther ? $0.url : $0.address(path) }.joined(separator: ", ")
  }
}
