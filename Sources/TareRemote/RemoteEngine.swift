/// Engines elsewhere that score texts: in batches, spread over them, every reply checked.
internal import Synchronization
package import TareCore

/// One engine, or several that serve the same model: a batch goes to the least busy one, and to another
/// when an engine does not answer.
package final class RemoteEngine: Sendable {
  let wire: any RemoteProtocol.Type
  private let connections: [RemoteConnection]
  private let options: RemoteOptions
  private let attempts: RemoteAttempts
  private let names: Mutex<[Int: Name]> = Mutex([:])
  /// Whether the engines' model scores tokens.
  private let tokensAreScored = Mutex(false)

  /// What an engine says of its model.
  private struct Name: Sendable {
    var id: String?
    /// Of a `tare serve` that calibrates its answers.
    var calibration: String?

    var whole: String? { id.map { id in calibration.map { "\(id), calibrated by \($0)" } ?? id } }
  }

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
    connections = try urls.map { (url) throws(TareError) in
      try RemoteConnection(url: url, path: wire.path, or: wire.ofTokens?.path, options)
    }
    self.options = options
    attempts = RemoteAttempts(connections, options)
    if connections.contains(where: \.isOther) { scoresTokens() }
  }

  /// Where requests go.
  package var urls: [String] { connections.map(\.url) }

  /// Whether tokens, and messages that are not rendered, can be sent.
  package var takesTokens: Bool { wire.takesTokens }
  package var takesMessages: Bool { wire.takesMessages }

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
    _ = try await ask { (index) throws(RemoteFailure) in try await self.name(of: index) }
    for index in connections.indices { _ = try? await name(of: index) }
    let known = names.withLock { names in
      names.sorted { $0.key < $1.key }.compactMap { index, name in
        name.whole.map { (url: connections[index].url, name: $0) }
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
      let request = EngineRequest(
        texts: Array(texts[batch]), first: batch.lowerBound,
        model: self.wire.namesModel ? try await self.modelID(of: index) : nil,
        connection: self.connections[index])
      guard let ofTokens = self.wire.ofTokens else { return try await request.rewards(self.wire) }
      let path = request.connection.isOther ? nil : ofTokens.path
      if self.tokensAreScored.withLock({ $0 }) {
        return try await request.rewards(ofTokens, at: path)
      }
      do throws(RemoteFailure) {
        return try await request.rewards(self.wire)
      } catch {
        // A server of such a model has no other path.
        guard case .missing(let whole) = error else { throw error }
        do throws(RemoteFailure) {
          let rewards = try await request.rewards(ofTokens, at: path)
          self.scoresTokens()
          return rewards
        } catch {
          guard case .missing = error else { throw error }
          throw .final(whole)
        }
      }
    }
  }

  // MARK: - Requests

  private func modelID(of index: Int) async throws(RemoteFailure) -> String? {
    if let model = options.model { return model }
    return try await name(of: index).id
  }

  /// Asked once; an engine that does not say is not asked again either.
  private func name(of index: Int) async throws(RemoteFailure) -> Name {
    if let known = names.withLock({ $0[index] }) { return known }
    var name = Name()
    for path in wire.modelPaths {
      guard let reply = try await connections[index].get(path) else { continue }
      // As OpenAI lists models, and as TEI tells of its own.
      let model = reply["data"]?.array?.first
      name.id = (model?["id"] ?? reply["model_id"])?.string
      name.calibration = model?["calibration"]?.string
      if name.id != nil { break }
    }
    let found = name
    names.withLock { $0[index] = found }
    return name
  }

  /// Sends a request until there is an answer: what fails on one engine goes to another, or again to the
  /// same after a pause.
  private func ask<Value: Sendable>(
    _ request: @Sendable (Int) async throws(RemoteFailure) -> Value
  ) async throws(TareError) -> Value {
    try await attempts.ask(addresses: addresses, request)
  }

  /// Where the last requests went.
  private var addresses: String {
    let path = tokensAreScored.withLock { $0 } ? wire.ofTokens?.path : nil
    return connections.map { $0.isOther ? $0.url : $0.address(path) }.joined(separator: ", ")
  }
}
